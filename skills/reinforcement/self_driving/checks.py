"""What a learner's own driver must do, whatever its style."""

from typing import Any

import numpy as np
import torch


class _Lever:
    """Ten steps: action 5 brings 1, action 0 on request 9 and a crash, the others nothing."""

    place = np.zeros(2)

    def __init__(self, trap: bool = False) -> None:
        self.trap, self.seeds, self._steps = trap, set[int](), 0
        self._rng = np.random.default_rng(0)

    def reset(self, seed: int | None = None) -> tuple[Any, dict[str, Any]]:
        """Start again, and note the seed."""
        self._steps, self._rng = 0, np.random.default_rng(seed)
        self.seeds.add(seed or 0)
        return self._seen(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Pull a lever; the tenth step is the last."""
        self._steps += 1
        crashed = self.trap and action == 0
        reward = 9.0 if crashed else float(action == 5)
        return self._seen(), reward, crashed, self._steps >= 10, {}

    def picture(self, places: Any) -> Any:
        """Return nothing to look at."""
        return np.zeros((2, 2))

    def _seen(self) -> Any:
        return self._rng.normal(size=8).astype(np.float32)


def check_policy(work: Any, tools: Any) -> None:
    """The network gives six raw scores, and bends what it sees."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, x = work.policy(), 20 * torch.randn(60, 8)
        with torch.no_grad():
            scores, middle = net(x), net((x[:30] + x[30:]) / 2)
        tools.shape(scores, (60, 6), "policy: the scores for sixty states")
        if bool((scores >= 0).all()) and bool((scores <= 1).all()):
            evidence = "every score is a probability, and cross_entropy comes later"
            tools.mistake("softmax_before_cross_entropy", evidence, work.policy)
            tools.fail(f"policy: expected raw scores; {evidence}")
        if bool(torch.allclose(middle, (scores[:30] + scores[30:]) / 2, atol=1e-3)):
            tools.mistake("forgotten_activation", "the scores are a linear map", work.policy)
            tools.fail("policy: expected a network that bends, got a linear map")


def check_choose(work: Any, tools: Any) -> None:
    """While exploring, actions come as often as the policy says; otherwise the likeliest one."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = tools.reference.policy()
        seen = tools.rng(seed).normal(size=8).astype(np.float32)
        with torch.no_grad():
            chances = net(torch.tensor(seen)).softmax(0).numpy()
            taken = [work.choose(net, seen, True) for _ in range(1500)]
            firm = {work.choose(net, seen, False) for _ in range(30)}
        apart = float(abs(np.bincount(taken, minlength=6) / 1500 - chances).max())
        if len(firm) == 1 and apart < 0.06:
            tools.same(firm.pop(), int(chances.argmax()), "choose: the action without exploring")
            continue
        evidence = f"while exploring {len(set(taken))} actions came, without it {len(firm)}"
        if len(set(taken)) == 1:
            name = "no_exploration" if len(firm) == 1 else "exploration_reversed"
            tools.mistake(name, evidence, work.choose)
        tools.fail(f"choose: {evidence}; chances are off by up to {apart:.0%}")


def check_clone(work: Any, tools: Any) -> None:
    """The network learns to do what was shown."""
    for seed in tools.seeds[:2]:
        tools.seed(seed)
        net, states = work.policy(), torch.randn(600, 8)
        actions = states[:, :6].argmax(1)
        told, _ = tools.drain(work.clone(net, states, actions))
        tools.hold(told and "loss" in told[-1], "clone: expected `loss` in what it yields")
        share = float((net(states).argmax(1) == actions).float().mean())
        tools.at_least(share, 0.7, "clone: share of the actions that are copied")


def check_returns(work: Any, tools: Any) -> None:
    """Each step is worth what is gained from then on, and a crash costs."""
    for seed in tools.seeds:
        for crashed in (False, True):
            rewards = tools.rng(seed).normal(size=9).tolist()
            right = tools.reference.returns(rewards, crashed)
            with tools.settings(tools.reference, DISCOUNT=1.0):
                whole = tools.reference.returns(rewards, crashed)
            wrong = {
                "discount_forgotten": whole,
                "order_reversed": right[::-1],
                "past_counted": tools.reference.returns(rewards[::-1], crashed)[::-1],
                "crash_costs_nothing": tools.reference.returns(rewards, False),
            }
            tools.same(list(work.returns(rewards, crashed)), right,
                       f"returns of nine steps (crashed: {crashed})", at=work.returns,
                       wrong=wrong)  # fmt: skip


def check_improve(work: Any, tools: Any) -> None:
    """The policy learns to pull a lever that pays, and not one that crashes."""
    for trap in (False, True):
        tools.seed(0)
        net, x = work.policy(), torch.tensor(tools.rng(9).normal(size=(200, 8))).float()
        with tools.settings(work, RATE=0.03):
            told, _ = tools.drain(work.improve(_Lever(trap), net, 0))
        tools.hold(told and "way" in told[-1], "improve: expected `way` in what it yields")
        share = float((net(x).argmax(1) == 5).float().mean())
        if not trap and share < 0.01:
            evidence = f"the lever that pays is pulled in {share:.0%} of states after learning"
            tools.mistake("wrong_sign", evidence, work.improve)
        tools.at_least(share, 0.95, "improve: share of states in which the right lever is pulled")


def check_measure(work: Any, tools: Any) -> None:
    """Drivers are measured on tracks that nobody learned on."""
    learned, tested = _Lever(), _Lever()
    tools.seed(0)
    with tools.settings(work, GROUPS=3):
        tools.drain(work.improve(learned, work.policy(), 0))
    metrics, _ = work.measure(tested, lambda seen: 5)
    tools.same(metrics, {"way": 10.0, "crashed": 0.0, "pace": 1.0}, "measure: ten steps of 1 each")
    both = learned.seeds & tested.seeds
    if both:
        evidence = f"{len(both)} tracks were learned on and then measured on"
        tools.mistake("metric_on_training_data", evidence, work.measure)
        tools.fail(f"measure: {evidence}")
    tools.same(len(tested.seeds), work.TESTS, "measure: the number of different tracks")


def check_run(work: Any, tools: Any) -> None:
    """All four drivers are measured, without exploring; a seed repeats them."""
    few = {"GROUPS": 2, "GROUP": 2, "DEMOS": 2, "EPOCHS": 3, "TESTS": 2}
    first, second = (tools.run(work, tools.data(), seed=1, **few) for _ in range(2))
    tools.repeated(first, second, ["careful", "clone", "dice", "learned"])
    net, choose = first["learned"]["made"]["net"], tools.reference.choose
    with tools.settings(tools.reference, TESTS=2):
        own, _ = tools.reference.measure(tools.data(), lambda seen: choose(net, seen, False))
    tools.same(first["learned"]["metrics"], {name: float(own[name]) for name in own},
               "learned, measured again without exploring")  # fmt: skip
