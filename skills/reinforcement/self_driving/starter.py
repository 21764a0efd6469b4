"""A simulated car that copies a driver and then improves: three gaps to fill, marked with TODO."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from skills.reinforcement.track import careful, play

DEMOS, EPOCHS, HIDDEN, TESTS = 8, 20, 32, 20
GROUPS, GROUP, RATE, DISCOUNT, CRASH = 40, 8, 0.005, 0.95, 30.0


def policy() -> nn.Sequential:
    """Return a network from seven beams and the speed to a raw score for each of six actions."""
    return nn.Sequential(nn.Linear(8, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 6))


def choose(net: nn.Module, seen: Any, exploring: bool) -> int:
    """Return an action: drawn by the policy's chances, or the likeliest one."""
    scores = net(torch.as_tensor(seen))
    if exploring:
        return int(torch.distributions.Categorical(logits=scores).sample())
    return int(scores.argmax())


def tensors(episodes: list[list[Any]]) -> tuple[Tensor, Tensor]:
    """Return what was seen in all steps, and the actions taken."""
    seen, actions, *_ = zip(*[step for episode in episodes for step in episode], strict=True)
    return torch.tensor(np.array(seen)), torch.tensor(actions)


def clone(net: nn.Module, states: Tensor, actions: Tensor) -> Iterator[dict[str, Any]]:
    """Yield the loss as the network learns to do what the driver did."""
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for epoch in range(EPOCHS):
        for batch in torch.randperm(len(states)).split(64):
            scores = net(states[batch])
            # TODO 1: the cross-entropy between these scores and the actions that the driver took
            # in this batch; then the three lines that make an optimiser take a step.
            raise NotImplementedError("TODO 1: learn from a batch")
        yield {"stage": "clone", "step": epoch + 1, "total": EPOCHS, "loss": loss.item()}


def returns(rewards: list[float], crashed: bool) -> list[float]:
    """Return for each step the way gained from then on, discounted; a crash at last costs CRASH."""
    # TODO 2: begin at the end, where a crash is worth -CRASH and everything else 0. Each step is
    # worth its reward plus DISCOUNT times what the next one is worth; give them in order of time.
    raise NotImplementedError("TODO 2: the returns")


def improve(env: Any, net: nn.Module, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the way gained as actions that came to more than the others are made likelier."""
    optimiser = torch.optim.Adam(net.parameters(), lr=RATE)
    for number in range(GROUPS):
        starts = range(seed * 10**5 + number * GROUP, seed * 10**5 + (number + 1) * GROUP)
        with torch.no_grad():
            tries = [play(env, lambda seen: choose(net, seen, True), start) for start in starts]
        states, actions = tensors(tries)
        gains = torch.tensor([gain for t in tries for gain in returns([s[2] for s in t], t[-1][3])])
        likely = net(states).log_softmax(1)[torch.arange(len(actions)), actions]
        # TODO 3: gains less their mean, by their spread, times `likely`; the mean of that, with the
        # sign that makes good actions likelier; and the three lines of a step.
        raise NotImplementedError("TODO 3: the policy gradient")
        way = sum(step[2] for steps in tries for step in steps) / GROUP
        yield {"stage": "learned", "step": number + 1, "total": GROUPS, "way": way}


def measure(env: Any, act: Callable[[Any], int]) -> tuple[dict[str, float], Any]:
    """Return what a driver comes to on tracks that nobody learned on, and a drawing of the last."""
    with torch.no_grad():
        tests = [play(env, act, 10**9 + test) for test in range(TESTS)]
    way, crashed = sum(step[2] for steps in tests for step in steps), [s[-1][3] for s in tests]
    metrics = {"way": way / TESTS, "crashed": np.mean(crashed), "pace": way / sum(map(len, tests))}
    return metrics, env.picture([step[4] for step in tests[-1]])[None]


def run(env: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield how far dice, the careful driver, his copy and the learner get."""
    torch.manual_seed(seed)
    dice, net = np.random.default_rng(0), policy()
    for stage, act in (("dice", lambda seen: int(dice.integers(6))), ("careful", careful)):
        metrics, drive = measure(env, act)
        yield {"stage": stage, "metrics": metrics, "made": {"drive": drive}}
    shown = [play(env, careful, seed * 10**5 + number) for number in range(DEMOS)]
    stages = [("loss", clone(net, *tensors(shown))), ("way", improve(env, net, seed))]
    for name, learning in stages:
        curve = []
        for progress in learning:
            curve.append(progress[name])
            yield progress
        metrics, drive = measure(env, lambda seen: choose(net, seen, False))
        made = {"curve": {name: (range(len(curve)), curve)}, "drive": drive, "net": net}
        yield {"stage": progress["stage"], "metrics": metrics, "made": made}
