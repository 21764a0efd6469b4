"""A simulated car with a lidar."""

from typing import Any

from skills.data.dataset import Dataset


def load() -> Any:
    """Return the environment: 8 numbers seen, 6 actions, 150 steps; a seed makes the track."""
    from skills.reinforcement.track import Track

    return Track()


DATASET = Dataset(
    id="lidar_track",
    title="A simulated car with a lidar, on tracks made at random",
    rows=150,
    describes="steps of an episode at most; each seed makes another closed track",
    source="made for this exercise, by a program of our own; nothing in it was measured on a road",
    url="https://gymnasium.farama.org/api/env/",
    licence="MIT, as the rest of the program",
    package="gymnasium",
    load=load,
)
