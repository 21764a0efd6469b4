"""A simulated taxi."""

from typing import Any

from skills.data.dataset import Dataset, needs


def load() -> Any:
    """Return the environment Taxi-v4 of gymnasium: 500 states, 6 actions, at most 200 steps."""
    with needs("gymnasium", "taxi"):
        import gymnasium
    return gymnasium.make("Taxi-v4", disable_env_checker=True)


DATASET = Dataset(
    id="taxi",
    title="Taxi-v4, a simulated taxi on a grid of 5 x 5",
    rows=500,
    describes="states of a simulated taxi: where it is, where the passenger is and wants to go",
    source="Dietterich, The MAXQ Method for Hierarchical Reinforcement Learning; in gymnasium",
    url="https://gymnasium.farama.org/environments/toy_text/taxi/",
    licence="gymnasium: MIT",
    package="gymnasium",
    load=load,
)
