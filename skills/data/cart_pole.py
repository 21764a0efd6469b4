"""A simulated cart with a pole on it."""

from typing import Any

from skills.data.dataset import Dataset, needs


def load() -> Any:
    """Return the environment CartPole-v1 of gymnasium: 4 numbers seen, 2 actions, 500 steps."""
    with needs("gymnasium", "cart_pole"):
        import gymnasium
    return gymnasium.make("CartPole-v1", disable_env_checker=True)


DATASET = Dataset(
    id="cart_pole",
    title="CartPole-v1, a simulated cart that has to balance a pole",
    rows=500,
    describes="steps of 0.02 s at most, after which an episode is cut off",
    source="Barto, Sutton and Anderson, Neuronlike adaptive elements; in gymnasium",
    url="https://gymnasium.farama.org/environments/classic_control/cart_pole/",
    licence="gymnasium: MIT",
    package="gymnasium",
    load=load,
)
