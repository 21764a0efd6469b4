"""A taxi that learns its trade by Q-learning: three gaps to fill, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from skills.data import load

EPISODES, RATE, DISCOUNT, EPSILON = 3000, 0.4, 0.95, 0.1
TESTS = 300


def choose(table: Any, state: int, epsilon: float, rng: np.random.Generator) -> int:
    """Return an action: the best one known, or with probability epsilon any of them."""
    # TODO 1: with probability epsilon any action, otherwise the best one known in this state.
    raise NotImplementedError("TODO 1: choose an action")


def learn(table: Any, state: int, action: int, reward: float, after: int, ended: bool) -> None:
    """Move one value towards the reward and, unless the ride ended, the best value after it."""
    # TODO 2: the target is the reward plus the discounted best value of the state after, or the
    # reward alone if the ride ended. Move table[state, action] a share RATE of the way there.
    raise NotImplementedError("TODO 2: learn from one step")


def ride(env: Any, table: Any, epsilon: float, rng: Any, seed: int, learning: bool) -> Any:
    """Return (sum of rewards, steps, delivered) of one ride; learn from each step on request."""
    state, _ = env.reset(seed=seed)
    total, steps, over, delivered = 0.0, 0, False, False
    while not over:
        action = choose(table, state, epsilon, rng)
        after, reward, delivered, late, _ = env.step(action)
        # TODO 3: learn from this step, if `learning`. Is a ride that ran out of time at its end?
        raise NotImplementedError("TODO 3: learn while riding")
        state, total, steps, over = after, total + reward, steps + 1, delivered or late
    return total, steps, delivered


def plan(env: Any) -> Any:
    """Return the true values, by value iteration on the simulator's own rules."""
    rules = env.unwrapped.P  # what a learner does not know: {state: {action: [(p, after, …)]}}
    table = np.zeros((len(rules), len(rules[0])))
    for _ in range(100):
        best = table.max(axis=1)
        for state, actions in rules.items():
            for action, ((_, after, reward, ended),) in actions.items():
                table[state, action] = reward + (0.0 if ended else DISCOUNT * best[after])
    return table


def measure(env: Any, table: Any, epsilon: float) -> dict[str, float]:
    """Return the means of 300 rides that nobody learns from, the same for every table."""
    rng = np.random.default_rng(0)
    rides = [ride(env, table, epsilon, rng, 10**6 + test, False) for test in range(TESTS)]
    total, steps, delivered = np.mean(np.array(rides, float), axis=0)
    return {"reward": total, "steps": steps, "delivered": delivered}


def run(env: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield what chance, Q-learning and full knowledge earn."""
    table, rng = np.zeros((500, 6)), np.random.default_rng(seed)
    yield {"stage": "chance", "metrics": measure(env, table, 1.0)}
    curve = []
    for episode in range(1, EPISODES + 1):
        start = int(rng.integers(10**6))
        total, steps, _ = ride(env, table, EPSILON, rng, start, True)
        curve.append(total)
        if episode % 30 == 0:
            yield {"stage": "learned", "step": episode, "total": EPISODES,
                   "reward": np.mean(curve[-30:]), "steps": steps}  # fmt: skip
    truth = plan(env)
    known = abs(table.max(1) - truth.max(1))[abs(table).sum(1) > 0]  # of the states it has seen
    smooth = np.convolve(curve, np.ones(50) / 50, "valid")
    start = env.unwrapped.encode(2, 2, 0, 1)
    rows = [("by experience", *table[start]), ("by full knowledge", *truth[start])]
    made = {"curve": {"mean of 50 rides": (np.arange(len(smooth)), smooth)}, "values": rows}
    metrics = {**measure(env, table, 0.0), "apart": float(np.median(known))}
    yield {"stage": "learned", "metrics": metrics, "made": {**made, "table": table}}
    yield {"stage": "knowing", "metrics": measure(env, truth, 0.0)}


if __name__ == "__main__":
    for progress in run(load("taxi")):
        print({name: value for name, value in progress.items() if name != "made"})
