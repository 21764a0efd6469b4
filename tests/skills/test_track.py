"""The simulated track: its edges, its beams and a driver who keeps to it."""

import numpy as np

from skills.data import load
from skills.reinforcement.track import REACH, SLOW, careful, play


def test_a_seed_makes_a_track_and_another_seed_another():
    env = load("lidar_track")
    first, middle = env.reset(seed=3)[0], env.middle
    assert np.array_equal(env.reset(seed=3)[0], first)
    env.reset(seed=4)
    assert not np.allclose(env.middle, middle)


def test_what_is_seen_lies_in_the_space_and_the_beams_end_at_the_edge():
    env = load("lidar_track")
    seen, _ = env.reset(seed=0)
    assert env.observation_space.contains(seen)
    ahead = np.array([np.cos(env.heading), np.sin(env.heading)])
    reach = seen[3] * REACH
    assert not env.free(env.place + reach * ahead)
    assert env.free(env.place + (reach - 0.2) * ahead)


def test_the_careful_driver_stays_on_the_track_and_one_who_never_steers_leaves_it():
    env = load("lidar_track")
    for seed in range(3):
        steps = play(env, careful, seed)
        assert len(steps) == 150
        assert not steps[-1][3]
        straight = play(env, lambda seen: 4, seed)
        assert straight[-1][3]
        assert len(straight) < 150


def test_driving_forwards_gains_way_and_the_way_adds_up():
    env = load("lidar_track")
    steps = play(env, careful, 1)
    assert sum(step[2] for step in steps) > 100 * SLOW
    assert {len(step[0]) for step in steps} == {8}
