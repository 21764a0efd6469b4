"""A cart that learns to balance a pole by REINFORCE: four gaps to fill, marked with TODO."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from skills.keep import restore, state

EPISODES, GROUP, RATE, DISCOUNT, HIDDEN = 320, 4, 0.02, 0.99, 32
TESTS = 50


def policy() -> nn.Sequential:
    """Return a network from place, speed, angle and turning of the pole to a score per action."""
    return nn.Sequential(nn.Linear(4, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 2))


def choose(net: nn.Module, seen: Any, exploring: bool) -> int:
    """Return 0 (push left) or 1 (right): drawn by the policy's chances, or its likelier one."""
    scores = net(torch.as_tensor(seen))
    # TODO 1: while exploring, draw an action by the chances that the scores stand for
    # (torch.distributions.Categorical knows how); otherwise take the likelier one.
    raise NotImplementedError("TODO 1: choose an action")


def play(env: Any, act: Callable[[Any], int], seed: int) -> list[tuple[Any, int, float]]:
    """Return what was seen, done and rewarded at each step of one episode."""
    seen, steps, over = env.reset(seed=seed)[0], [], False
    while not over:
        action = act(seen)
        after, reward, fallen, late, _ = env.step(action)
        steps.append((seen, action, reward))
        seen, over = after, fallen or late
    return steps


def returns(rewards: list[float]) -> list[float]:
    """Return for each step its reward and all that follows, discounted."""
    # TODO 2: the gain of the last step is its reward. The gain of any other step is its reward
    # plus DISCOUNT times the gain of the step after it. Same order as the rewards.
    raise NotImplementedError("TODO 2: the returns")


def surrogate(net: nn.Module, states: Tensor, actions: Tensor, gains: Tensor) -> Tensor:
    """Return a loss whose gradient makes actions likelier that came to more than the others."""
    better = (gains - gains.mean()) / (gains.std() + 1e-8)
    # TODO 3: the logarithm of the chance that the net gives to each action taken, times how much
    # better it came out. An optimiser makes a loss smaller: which sign makes good actions likelier?
    raise NotImplementedError("TODO 3: the loss of REINFORCE")


def train(env: Any, net: nn.Module, seed: int, saved: Any) -> Iterator[Any]:
    """Yield the length of episodes, as the policy learns after each group of them."""
    optimiser, rounds = torch.optim.Adam(net.parameters(), lr=RATE), EPISODES // GROUP
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, rounds)
    for number in range(restore(saved, net, optimiser, slower), rounds):
        starts = range(seed * 10**5 + number * GROUP, seed * 10**5 + (number + 1) * GROUP)
        with torch.no_grad():
            played = [play(env, lambda seen: choose(net, seen, True), start) for start in starts]
        states = torch.tensor(np.array([seen for steps in played for seen, _, _ in steps]))
        actions = torch.tensor([action for steps in played for _, action, _ in steps])
        gains = [gain for steps in played for gain in returns([r for _, _, r in steps])]
        loss = surrogate(net, states, actions, torch.tensor(gains))
        # TODO 4: three calls that let the policy learn from this loss.
        raise NotImplementedError("TODO 4: learn from a group of episodes")
        slower.step()
        kept = state(number + 1, net, optimiser, slower)
        yield {"stage": "learned", "step": number + 1, "total": rounds,
               "steps": len(states) / GROUP, "state": kept}  # fmt: skip


def measure(env: Any, act: Callable[[Any], int]) -> dict[str, float]:
    """Return what 50 episodes come to that nobody learns from, the same starts for everyone."""
    steps = np.array([len(play(env, act, 10**9 + test)) for test in range(TESTS)])
    return {"steps": steps.mean(), "shortest": steps.min(), "full": (steps == 500).mean()}


def run(env: Any, seed: int = 0, device: str = "cpu", saved: Any = None) -> Iterator[Any]:
    """Yield how long dice, two rules and REINFORCE keep the pole up."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    dice, net, curve = np.random.default_rng(0), policy(), []
    yield {"stage": "chance", "metrics": measure(env, lambda seen: int(dice.integers(2)))}
    yield {"stage": "lean", "metrics": measure(env, lambda seen: int(seen[2] > 0))}
    yield {"stage": "expert", "metrics": measure(env, lambda seen: int(3 * seen[2] + seen[3] > 0))}
    for progress in train(env, net, seed, (saved or {}).get("learned")):
        curve.append(progress["steps"])
        yield progress
    leans, turns = np.meshgrid(np.linspace(-0.2, 0.2, 24), np.linspace(-2, 2, 24), indexing="ij")
    grid = torch.tensor(np.stack([0 * leans, 0 * leans, leans, turns], -1)).float()
    with torch.no_grad():
        metrics = measure(env, lambda seen: choose(net, seen, False))
        made = {"curve": {"mean of a group": (np.arange(len(curve)) * GROUP, np.array(curve))},
                "map": net(grid).softmax(-1)[None, ..., 1].numpy(), "net": net}  # fmt: skip
    yield {"stage": "learned", "metrics": metrics, "made": made}
