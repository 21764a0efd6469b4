"""A simulated car that copies a careful driver first, and then learns to be faster than he is."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

DEMOS, EPOCHS = 8, 20  # episodes of the careful driver, rounds of copying them
GROUPS, GROUP, RATE, DISCOUNT, CRASH = 40, 8, 0.005, 0.95, 10.0
HIDDEN, TESTS = 32, 20
ANGLES = np.deg2rad([80, 50, 25, 0, -25, -50, -80])  # of the beams, left is positive


def careful(seen: Any) -> int:
    """Return the action of a careful driver: towards where it is open, at half the top speed."""
    free = seen[:7] ** 2
    aim = (ANGLES * free).sum() / free.sum()
    return (0 if aim > 0.1 else 2 if aim < -0.1 else 1) + 3 * int(seen[7] < 0.5)


def policy() -> nn.Sequential:
    """Return a network from seven beams and the speed to a raw score for each of six actions."""
    return nn.Sequential(nn.Linear(8, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 6))


def choose(net: nn.Module, seen: Any, exploring: bool) -> int:
    """Return an action: drawn by the policy's chances, or the likeliest one."""
    scores = net(torch.as_tensor(seen))
    if exploring:
        return int(torch.distributions.Categorical(logits=scores).sample())
    return int(scores.argmax())


def play(env: Any, act: Callable[[Any], int], seed: int) -> list[Any]:
    """Return for each step of an episode what was seen, done, gained, whether it crashed, where."""
    seen, steps, over = env.reset(seed=seed)[0], [], False
    while not over:
        action = act(seen)
        after, reward, crashed, late, _ = env.step(action)
        steps.append((seen, action, reward, crashed, env.place))
        seen, over = after, crashed or late
    return steps


def tensors(episodes: Any) -> tuple[Tensor, Tensor]:
    """Return what was seen in all steps, and the actions taken."""
    steps = [step for episode in episodes for step in episode]
    return torch.tensor(np.array([s[0] for s in steps])), torch.tensor([s[1] for s in steps])


def copy(net: nn.Module, states: Tensor, actions: Tensor) -> Iterator[dict[str, Any]]:
    """Yield the loss as the network learns to do what the driver did."""
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(states)).split(64):
            loss = nn.functional.cross_entropy(net(states[batch]), actions[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        yield {"stage": "clone", "step": epoch + 1, "total": EPOCHS, "loss": loss.item()}


def returns(episode: Any) -> list[float]:
    """Return for each step the way gained from then on, discounted; a crash costs CRASH."""
    gain, gains = 0.0, []
    for _, _, reward, crashed, _ in reversed(episode):
        gain = reward - CRASH * crashed + DISCOUNT * gain
        gains.append(gain)
    return gains[::-1]


def improve(env: Any, net: nn.Module, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the way gained as actions that came to more than the others are made likelier."""
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)

    def drawn(seen: Any) -> int:
        return choose(net, seen, exploring=True)

    for number in range(GROUPS):
        first = seed * 10**5 + number * GROUP
        with torch.no_grad():
            episodes = [play(env, drawn, first + n) for n in range(GROUP)]
        states, actions = tensors(episodes)
        gains = torch.tensor([gain for episode in episodes for gain in returns(episode)])
        better = (gains - gains.mean()) / (gains.std() + 1e-8)
        loss = -(net(states).log_softmax(1)[torch.arange(len(actions)), actions] * better).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        way = sum(step[2] for episode in episodes for step in episode) / GROUP
        yield {"stage": "learned", "step": number + 1, "total": GROUPS, "way": way}


def measure(env: Any, act: Callable[[Any], int]) -> tuple[dict[str, float], dict[str, Any]]:
    """Return what a driver comes to on tracks that nobody learned on, and a drawing of the last."""
    tests = [play(env, act, 10**9 + test) for test in range(TESTS)]
    ways = [sum(step[2] for step in steps) for steps in tests]
    crashed, pace = np.mean([steps[-1][3] for steps in tests]), sum(ways) / sum(map(len, tests))
    made = {"drive": env.picture([step[4] for step in tests[-1]])[None]}
    return {"way": np.mean(ways), "crashed": crashed, "pace": pace}, made


def run(env: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield how far dice, the careful driver, his copy and the learner get."""
    torch.manual_seed(seed)
    dice, net = np.random.default_rng(0), policy()
    shown = [play(env, careful, seed * 10**5 + number) for number in range(DEMOS)]

    def firm(seen: Any) -> int:
        return choose(net, seen, exploring=False)

    plan: list[tuple[str, Callable[[Any], int], Any]] = [
        ("dice", lambda seen: int(dice.integers(6)), ()), ("careful", careful, ()),
        ("clone", firm, copy(net, *tensors(shown))), ("learned", firm, improve(env, net, seed)),
    ]  # fmt: skip
    for stage, act, learning in plan:
        yield from learning
        with torch.no_grad():
            metrics, made = measure(env, act)
        yield {"stage": stage, "metrics": metrics, "made": made}
