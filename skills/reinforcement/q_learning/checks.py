"""What a learner's own Q-learning must do, whatever its style."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from skills.judge.tools import AnyOf


class _Corridor:
    """Five places in a row; action 1 goes right. The last one ends it; time is up after 8 steps."""

    def __init__(self) -> None:
        rules = {
            place: {
                action: [(1.0, min(max(place + 2 * action - 1, 0), 4),
                          5.0 * (action == 1 and place == 3), action == 1 and place == 3)]
                for action in (0, 1)
            }
            for place in range(5)
        }  # fmt: skip
        self.unwrapped = SimpleNamespace(P=rules)
        self.place, self.steps = 0, 0

    def reset(self, seed: int | None = None) -> tuple[int, dict[str, Any]]:
        """Go back to the first place."""
        self.place, self.steps = 0, 0
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Go one place to the left or the right, for a reward of -1, or 5 at the end."""
        ((_, after, reward, ended),) = self.unwrapped.P[self.place][int(action)]
        self.place, self.steps = after, self.steps + 1
        return after, reward or -1.0, ended, self.steps >= 8, {}


def check_choose(work: Any, tools: Any) -> None:
    """The best action is taken but for a share epsilon of the time."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        table = rng.normal(size=(4, 6))
        best = table.argmax(axis=1)
        for epsilon in (0.0, 0.3, 1.0):
            taken = [work.choose(table, 2, epsilon, rng) for _ in range(3000)]
            share = float(np.mean(np.array(taken) == best[2]))
            right = 1 - epsilon + epsilon / 6
            if abs(share - right) > 0.04:
                reverse = abs(share - (epsilon + (1 - epsilon) / 6)) < 0.04
                never = share == 1.0
                name = "exploration_reversed" if reverse and not never else "no_exploration"
                evidence = f"with epsilon {epsilon:g} the best action came {share:.0%} of times"
                if reverse or never:
                    tools.mistake(name, evidence, work.choose)
                tools.fail(f"choose: {evidence}, expected {right:.0%}")
        tools.hold(len(set(taken)) == 6, "choose: expected all six actions with epsilon 1")


def check_learn(work: Any, tools: Any) -> None:
    """One value moves towards the reward and the best value that follows."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        for ended in (False, True):
            table = rng.normal(size=(7, 4))
            state, action, after = (int(rng.integers(size)) for size in (7, 4, 7))
            reward = float(rng.normal())
            got, right = table.copy(), table.copy()
            work.learn(got, state, action, reward, after, ended)
            tools.reference.learn(right, state, action, reward, after, ended)
            wrong = _wrong(work, table, state, action, reward, after, ended)
            tools.same(got, right, f"learn: the table after a step (ended: {ended})", at=work.learn,
                       wrong=wrong)  # fmt: skip


def _wrong(
    work: Any, table: Any, state: int, action: int, reward: float, after: int, ended: bool
) -> dict[str, Any]:
    """Return the tables that well-known mistakes lead to."""
    old, best = table[state, action], table[after].max()
    future = 0.0 if ended else best
    targets = {
        "future_ignored": reward,
        "end_has_a_future": reward + work.DISCOUNT * best,
        "discount_forgotten": reward + future,
    }
    target = reward + work.DISCOUNT * future
    made = {name: [old + work.RATE * (aim - old)] for name, aim in targets.items()}
    others = (0.0 if ended else value for value in (table[after].mean(), table[after, action]))
    made["wrong_target"] = [old + work.RATE * (reward + work.DISCOUNT * value - old)
                            for value in others]  # fmt: skip
    made["wrong_sign"] = [old - work.RATE * (target - old)]
    made["old_value_overwritten"] = [target, work.RATE * target, work.RATE * (target - old)]
    made["old_value_not_subtracted"] = [old + work.RATE * target]
    return {name: AnyOf(*(_with(table, state, action, value) for value in values))
            for name, values in made.items()}  # fmt: skip


def _with(table: Any, state: int, action: int, value: float) -> Any:
    changed = table.copy()
    changed[state, action] = value
    return changed


def check_ride(work: Any, tools: Any) -> None:
    """A ride ends at the goal or when time is up, and learns only if it should."""
    table = np.zeros((5, 2))
    table[:, 1] = 1
    got = work.ride(_Corridor(), table, 0.0, tools.rng(0), 0, False)
    tools.same(got, (2.0, 4, True), "ride: rewards, steps and whether it got there")
    tools.same(table, [[0, 1]] * 5, "ride: the table after a ride without learning", at=work.ride)
    stuck = np.zeros((5, 2))
    stuck[:, 0] = 100.0
    got, expected = stuck.copy(), stuck.copy()
    came = work.ride(_Corridor(), got, 0.0, tools.rng(0), 0, True)
    tools.same(came, (-8.0, 8, False), "ride: rewards, steps and whether it got there")
    tools.reference.ride(_Corridor(), expected, 0.0, tools.rng(0), 0, True)
    wrong = stuck.copy()
    for number in range(8):
        tools.reference.learn(wrong, 0, 0, -1.0, 0, number == 7)
    tools.same(got, expected, "ride: the table after a ride that ran out of time", at=work.ride,
               wrong={"timeout_as_end": wrong})  # fmt: skip


def check_plan(work: Any, tools: Any) -> None:
    """The true values are those that Bellman's equation asks for."""
    env = _Corridor()
    table = np.zeros((5, 2))
    for _ in range(100):  # as if something came after the end
        best = table.max(axis=1)
        for state, actions in env.unwrapped.P.items():
            for action, ((_, after, reward, _),) in actions.items():
                table[state, action] = reward + tools.reference.DISCOUNT * best[after]
    tools.same(work.plan(env), tools.reference.plan(env), "plan: the values of a corridor",
               at=work.plan, wrong={"end_has_a_future": table})  # fmt: skip


def check_run(work: Any, tools: Any) -> None:
    """The taxi learns to deliver, is measured without exploring, and a seed repeats it."""
    first, second = (
        tools.run(work, tools.data(), seed=1, EPISODES=1000, TESTS=40) for _ in range(2)
    )
    tools.repeated(first, second, ["chance", "knowing", "learned"])
    learned = first["learned"]
    table = np.asarray(learned["made"]["table"])
    with tools.settings(tools.reference, TESTS=40):
        own = tools.reference.measure(tools.data(), table, 0.0)
    for name, value in own.items():
        tools.same(learned["metrics"][name], value, f"learned: {name}, measured again")
    tools.at_least(own["reward"], -60.0, "reward of a ride after 1,000 rides of learning")
