"""A simulated car with a lidar, on closed tracks made at random."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skills.data.dataset import needs

BEAMS = np.deg2rad([-80, -50, -25, 0, 25, 50, 80])  # directions of the lidar, from the car's own
REACH, WIDTH, TIME = 6.0, 0.8, 150  # how far it sees, half the track, steps of an episode
STEPS = np.arange(0.15, REACH, 0.15)  # where a beam looks for the edge
TURN, GAS, BRAKE, FAST, SLOW = 0.22, 0.05, 0.15, 0.8, 0.1  # radians, lengths a step


def careful(seen: Any) -> int:
    """Return the action of a careful driver: towards where it is open, at half the top speed."""
    free = seen[:7] ** 2
    aim = -(BEAMS * free).sum() / free.sum()  # left is positive
    return (0 if aim > 0.1 else 2 if aim < -0.1 else 1) + 3 * int(seen[7] < 0.5)


def play(env: Any, act: Callable[[Any], int], seed: int) -> list[Any]:
    """Return for each step of an episode what was seen, done, gained, whether it crashed, where."""
    seen, steps, over = env.reset(seed=seed)[0], [], False
    while not over:
        action = act(seen)
        after, reward, crashed, late, _ = env.step(action)
        steps.append((seen, action, reward, crashed, env.place))
        seen, over = after, crashed or late
    return steps


class Track:
    """A car on a closed track, with the interface of gymnasium; the seed makes the track.

    Seen: the free distance along seven beams (from left to right) and the speed, float32, each
    about 0 to 1. Actions: 0 to 2 brake, 3 to 5 give gas, while steering left, straight, right.
    A reward is the distance gained along the middle of the track. Leaving it ends the episode.
    """

    def __init__(self) -> None:
        with needs("gymnasium", "lidar_track"):
            from gymnasium import spaces
        self.observation_space = spaces.Box(0.0, 1.5, (8,), np.float32)
        self.action_space = spaces.Discrete(6)
        self.reset(seed=0)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """Put the car on the track of a seed, on the middle line; seen, and nothing to tell."""
        rng = np.random.default_rng(seed)
        angles = np.linspace(-np.pi, np.pi, 720, endpoint=False)
        waves = np.arange(2, 6)[:, None]
        size, shift = rng.uniform(0.2, 1.0, (4, 1)) / waves, rng.uniform(0, 2 * np.pi, (4, 1))
        self.middle = 6 * (1 + 0.35 * (size * np.cos(waves * angles + shift)).sum(0))
        start = rng.uniform(-np.pi, np.pi)
        self.place = self._middle(start) * np.array([np.cos(start), np.sin(start)])
        ahead = self._middle(start + 0.02) * np.exp(1j * (start + 0.02))
        self.heading = float(np.angle(ahead - complex(*self.place)))
        self.speed, self.steps = 0.2, 0
        return self._seen(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Return what is seen then, the way gained, whether it left the track, or time is up."""
        before = np.arctan2(self.place[1], self.place[0])
        self.speed += GAS if action >= 3 else -BRAKE
        self.speed = min(max(self.speed, SLOW), FAST)
        self.heading += TURN * (1 - action % 3)
        ahead = np.array([np.cos(self.heading), np.sin(self.heading)])
        self.place = self.place + self.speed * ahead
        after, self.steps = np.arctan2(self.place[1], self.place[0]), self.steps + 1
        gained = ((after - before + np.pi) % (2 * np.pi) - np.pi) * self._middle(after)
        off = not self.free(self.place[None])[0]
        return self._seen(), float(gained), bool(off), self.steps >= TIME, {}

    def free(self, places: Any) -> Any:
        """Return which of some places, shape (…, 2), lie on the track."""
        far = np.hypot(places[..., 0], places[..., 1])
        return abs(far - self._middle(np.arctan2(places[..., 1], places[..., 0]))) < WIDTH

    def picture(self, places: Any) -> Any:
        """Return the track as (44, 44) grey values, with places on it, the last one brightest."""
        side = np.linspace(-10, 10, 44)
        image = np.where(self.free(np.stack(np.meshgrid(side, -side), -1)), 0.3, 0.0)
        cells = np.round((np.asarray(places) * [1, -1] + 10) / 20 * 43).astype(int).clip(0, 43)
        image[cells[:, 1], cells[:, 0]] = 0.7
        image[cells[-1, 1], cells[-1, 0]] = 1.0
        return image

    def _middle(self, angle: Any) -> Any:
        return self.middle[((np.asarray(angle) + np.pi) / (2 * np.pi) * 720).astype(int) % 720]

    def _seen(self) -> Any:
        ways = self.heading - BEAMS
        beams = np.stack([np.cos(ways), np.sin(ways)], 1)
        hit = ~self.free(self.place + STEPS[:, None, None] * beams)
        reach = np.where(hit.any(0), STEPS[hit.argmax(0)], REACH)
        return np.append(reach / REACH, self.speed / FAST).astype(np.float32)
