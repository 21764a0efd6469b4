"""Data sets and helpers of the exercises on networks, graphs, invention and reinforcement."""

import numpy as np
import torch

from skills import data
from skills.generative.frechet import Frechet
from skills.graphs.graph_nodes import solution as graph
from skills.networks.backprop_from_scratch import solution as network
from skills.reinforcement.q_learning import solution as taxi


def test_the_small_digits():
    images, digits = data.load("digits_8x8")
    assert images.shape == (data.DATASETS["digits_8x8"].rows, 64)
    assert (images.min(), images.max()) == (0, 1)
    assert sorted(set(digits.tolist())) == list(range(10))


def test_the_two_graphs():
    graphs = data.load("friends")
    assert np.bincount(graphs["karate"]["sides"]).tolist() == [17, 17]
    for name, members in (("karate", 34), ("miserables", 77)):
        matrix = graphs[name]["matrix"]
        assert matrix.shape == (members, members)
        assert np.array_equal(matrix, matrix.T)
        assert not matrix.diagonal().any()


def test_the_taxi_and_the_values_of_its_world():
    env = data.load("taxi")
    assert (env.observation_space.n, env.action_space.n) == (500, 6)
    table = taxi.plan(env)
    for state, actions in env.unwrapped.P.items():
        for action, ((_, after, reward, ended),) in actions.items():
            future = 0 if ended else taxi.DISCOUNT * table[after].max()
            assert abs(table[state, action] - reward - future) < 1e-6


def test_gradients_by_hand_are_those_of_torch():
    rng = np.random.default_rng(0)
    x, y, weights = rng.random((9, 64)), rng.integers(0, 10, 9), network.start(rng)
    theirs = network.by_torch(weights, x, y)
    for name, slope in network.backward(weights, x, y).items():
        np.testing.assert_allclose(slope, theirs[name], atol=1e-12)


def test_the_normalised_matrix_has_one_as_its_largest_eigenvalue():
    matrix = graph.normalise(data.load("friends")["karate"]["matrix"])
    np.testing.assert_allclose(np.linalg.eigvalsh(matrix).max(), 1, atol=1e-9)


def test_the_distance_is_nothing_to_the_same_digits_and_grows_with_noise():
    pixels, digits = (torch.tensor(part[::10]) for part in data.load("mnist_5000"))
    images = pixels[:, None]
    judge = Frechet(images, digits, epochs=2)
    noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(0))
    blends = [(images + size * noise) / (1 + size) for size in (0.1, 1)]
    little, much = (judge.distance(images, blend) for blend in blends)
    assert abs(judge.distance(images, images)) < 1e-3
    assert 0 < little < much
    assert sum(judge.kinds(images)) == 500
