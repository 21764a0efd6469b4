"""Data sets and helpers of the exercises on networks, graphs, invention and reinforcement."""

import numpy as np
import torch

from skills import data
from skills.generative.diffusion_digits import solution as diffusion
from skills.generative.frechet import Frechet
from skills.generative.small_digits import large, rivals
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


def test_the_gaussian_rival_has_the_mean_and_covariance_of_the_rows():
    torch.manual_seed(0)
    x = torch.randn(3000, 6) @ torch.randn(6, 6) + torch.arange(6)
    drawn = rivals(x, 50_000)
    for name in ("pixels", "gaussian"):
        torch.testing.assert_close(drawn[name].mean(0), x.mean(0), atol=0.05, rtol=0.02)
    torch.testing.assert_close(torch.cov(drawn["gaussian"].T), torch.cov(x.T), atol=0.1, rtol=0.03)
    alone = torch.cov(drawn["pixels"].T)
    torch.testing.assert_close(alone, torch.diag(x.var(0)), atol=0.2, rtol=0.03)


def test_digits_are_made_small_and_shown_in_their_old_size_and_brightness():
    images = torch.tensor(data.load("mnist_5000")[0][::500])
    rows = diffusion.scaled(images)
    shown = large(rows)[:, 0]
    assert rows.shape == (10, 196)
    assert shown.shape == images.shape
    assert (rows.min(), shown.min()) == (-1, 0)
    own, other = ((made - images).abs().mean() for made in (shown, shown.roll(1, 0)))
    assert own < 0.5 * other
    torch.testing.assert_close(shown.mean((1, 2)), images.mean((1, 2)), atol=0.01, rtol=0.02)


def test_adding_noise_step_by_step_or_at_once_is_the_same_in_distribution():
    torch.manual_seed(0)
    x, (added, _) = torch.full((50_000, 1), 0.7), diffusion.schedule()
    for variance in added[:61]:
        x = (1 - variance).sqrt() * x + variance.sqrt() * torch.randn(x.shape)
    once = diffusion.noisy(torch.full((50_000, 1), 0.7), torch.full((50_000,), 60), x.new_ones(1))
    root = (1 - diffusion.schedule()[1][60]).sqrt()
    assert abs(float(x.mean() - (once.mean() - root))) < 0.02
    assert abs(float(x.std() - root)) < 0.02


def test_the_way_back_from_a_known_digit_ends_at_it():
    class Known(torch.nn.Module):
        def forward(self, x, step):
            return torch.linspace(-0.9, 0.9, 196).expand_as(x)

    torch.manual_seed(0)
    found = diffusion.invent(Known(), torch.randn(3, 196))
    torch.testing.assert_close(found[0], torch.linspace(-0.9, 0.9, 196), atol=1e-3, rtol=1e-3)
