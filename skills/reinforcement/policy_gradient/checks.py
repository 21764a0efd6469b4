"""What a learner's own REINFORCE must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


class _Lever:
    """Ten steps; action 1 brings a reward of 1, action 0 none, whatever is seen."""

    def __init__(self) -> None:
        self._steps, self._rng = 0, np.random.default_rng(0)

    def reset(self, seed: int | None = None) -> tuple[Any, dict[str, Any]]:
        """Start again."""
        self._steps, self._rng = 0, np.random.default_rng(seed)
        return self._seen(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Pull the lever or not; the tenth step is the last."""
        self._steps += 1
        return self._seen(), float(action), False, self._steps >= 10, {}

    def _seen(self) -> Any:
        return self._rng.normal(size=4).astype(np.float32)


def check_policy(work: Any, tools: Any) -> None:
    """The network gives two raw scores, and bends what it sees."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.policy()
        x = 20 * torch.randn(60, 4)
        scores = net(x).detach()
        tools.shape(scores, (60, 2), "policy: the scores for sixty states")
        if bool((scores >= 0).all()) and bool((scores <= 1).all()):
            evidence = "every score is a probability, and log_softmax comes later"
            tools.mistake("softmax_before_cross_entropy", evidence, work.policy)
            tools.fail(f"policy: expected raw scores; {evidence}")
        if bool(torch.allclose(net(x) + net(-x), 2 * net(0 * x), atol=1e-4)) and not _bends(net, x):
            tools.mistake("forgotten_activation", "the scores are a linear map", work.policy)
            tools.fail("policy: expected a network that bends, got a linear map")


def _bends(net: Any, x: Tensor) -> bool:
    """Return whether the scores of a mean differ from the mean of the scores."""
    with torch.no_grad():
        middle = net((x[:30] + x[30:]) / 2)
        return not torch.allclose(middle, (net(x[:30]) + net(x[30:])) / 2, atol=1e-3)


def check_choose(work: Any, tools: Any) -> None:
    """While exploring, actions come as often as the policy says; otherwise the likelier one."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = tools.reference.policy()
        seen = tools.rng(seed).normal(size=4).astype(np.float32)
        with torch.no_grad():
            chance = float(net(torch.tensor(seen)).softmax(0)[1])
            taken = [work.choose(net, seen, True) for _ in range(1500)]
            firm = {work.choose(net, seen, False) for _ in range(30)}
        share, best = float(np.mean(taken)), int(chance > 0.5)
        known = len(firm) == 1
        if known and abs(share - chance) < 0.05:
            tools.same(firm.pop(), best, "choose: the action without exploring")
            continue
        evidence = f"an action of chance {chance:.0%} came {share:.0%} of times"
        if share in (0.0, 1.0):
            name = "no_exploration" if known else "exploration_reversed"
            tools.mistake(name, evidence, work.choose)
        elif not known:
            evidence = "the action differs from call to call without exploring"
        tools.fail(f"choose: {evidence}")


def check_returns(work: Any, tools: Any) -> None:
    """Each step is worth its reward and what follows, discounted."""
    for seed in tools.seeds:
        rewards = tools.rng(seed).normal(size=9).tolist()
        right = tools.reference.returns(rewards)
        with tools.settings(tools.reference, DISCOUNT=1.0):
            whole = tools.reference.returns(rewards)
        past = tools.reference.returns(rewards[::-1])
        wrong = {
            "discount_forgotten": whole,
            "future_ignored": rewards,
            "order_reversed": right[::-1],
            "past_counted": past[::-1],
            "wrong_target": [right[0]] * 9,
        }
        tools.same(list(work.returns(rewards)), right, "returns of nine steps", at=work.returns,
                   wrong=wrong)  # fmt: skip


def check_surrogate(work: Any, tools: Any) -> None:
    """The loss makes actions likelier that came to more than the others."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, states = tools.reference.policy(), torch.randn(20, 4)
        actions, gains = torch.randint(0, 2, (20,)), 5 + 3 * torch.randn(20)
        right = tools.reference.surrogate(net, states, actions, gains)
        scores = net(states)
        taken = (torch.arange(20), actions)
        likely, better = scores.log_softmax(1)[taken], (gains - gains.mean()) / gains.std()
        wrong = {
            "wrong_sign": -right,
            "no_baseline": -(likely * gains).mean(),
            "wrong_axis": -(scores.log_softmax(0)[taken] * better).mean(),
            "wrong_averaging": -(likely * better).sum(),
            "logarithm_forgotten": -(scores.softmax(1)[taken] * better).mean(),
        }
        got = work.surrogate(net, states, actions, gains)
        tools.same(got, right, "surrogate", at=work.surrogate, wrong=wrong, tolerance=1e-4)
        if not got.requires_grad:
            tools.mistake("detached_graph", "no gradient reaches the policy", work.surrogate)
            tools.fail("surrogate: expected a loss with a gradient, got none")


def check_train(work: Any, tools: Any) -> None:
    """The policy learns to pull a lever that pays."""
    for seed in tools.seeds[:2]:
        tools.seed(seed)
        net = work.policy()
        with tools.settings(work, EPISODES=100):
            told, _ = tools.drain(work.train(_Lever(), net, seed, None))
        tools.hold(told and "steps" in told[-1], "train: expected `steps` in what it yields")
        x = torch.tensor(tools.rng(9).normal(size=(200, 4))).float()
        share = float((net(x).argmax(1) == 1).float().mean())
        tools.at_least(share, 0.95, "share of states in which the lever that pays is pulled")


def check_run(work: Any, tools: Any) -> None:
    """The pole stays up longer than by chance, measured without exploring; a seed repeats it."""
    env = tools.data()
    first, second = (tools.run(work, env, seed=1, EPISODES=48, TESTS=4) for _ in range(2))
    tools.repeated(first, second, ["chance", "expert", "lean", "learned"])
    reached, chance = (first[name]["metrics"]["steps"] for name in ("learned", "chance"))
    tools.at_least(reached, 1.3 * chance, "steps that the pole stays up after 48 episodes")
    net = first["learned"]["made"]["net"]
    with torch.no_grad(), tools.settings(tools.reference, TESTS=4):
        own = tools.reference.measure(env, lambda seen: int(net(torch.tensor(seen)).argmax()))
    tools.same(first["learned"]["metrics"], {name: float(own[name]) for name in own},
               "learned, measured again without exploring")  # fmt: skip
