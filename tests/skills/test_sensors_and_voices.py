"""Data sets of sensors, voices and a pole, and oracles for the exercises on them."""

import numpy as np
import pytest
import torch

from skills import data
from skills.data import japanese_vowels, shuttle
from skills.reinforcement.policy_gradient import solution as pole
from skills.sequences.speech_speaker import solution as voices
from skills.tabular.predictive_maintenance import solution as alarm


def test_the_readings_of_the_shuttle():
    readings, faulty = data.load("shuttle")
    assert readings.shape == (data.DATASETS["shuttle"].rows, 9)
    assert faulty.sum() == 3511


def test_the_voices():
    (known, who), (new, truth) = data.load("japanese_vowels")
    assert (len(known), len(new)) == (270, 370)
    assert np.bincount(who).tolist() == [30] * 9
    assert set(truth) == set(range(9))
    assert {frames.shape[1] for frames in known + new} == {12}
    assert not any(np.isnan(frames).any() for frames in known + new)


@pytest.mark.parametrize("module", [japanese_vowels, shuttle])
def test_a_package_that_is_not_there_is_named(monkeypatch, module):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(data.MissingPackage, match="pip install"):
        module.load()


def test_returns_by_hand(monkeypatch):
    monkeypatch.setattr(pole, "DISCOUNT", 0.5)
    assert pole.returns([1.0, 2.0, 4.0]) == [3.0, 4.0, 4.0]


def test_the_gradient_of_reinforce_is_that_of_the_policy():
    torch.manual_seed(0)
    scores = torch.nn.Parameter(torch.tensor([[0.2, -0.3]]))
    gains = torch.tensor([1.0, 3.0, 2.0])
    actions = torch.tensor([0, 1, 1])

    class Fixed(torch.nn.Module):
        def forward(self, x):
            return scores.expand(len(x), 2)

    pole.surrogate(Fixed(), torch.zeros(3, 4), actions, gains).backward()
    better = (gains - 2) / gains.std()
    chances = scores.detach().softmax(1)[0]
    by_hand = -((torch.eye(2)[actions] - chances) * better[:, None]).mean(0)
    torch.testing.assert_close(scores.grad[0], by_hand)


def test_the_mean_of_states_takes_no_account_of_the_filling():
    torch.manual_seed(0)
    net = voices.Speaker().eval()
    spoken = [np.random.default_rng(n).normal(size=(4 + 3 * n, 12)) for n in range(4)]
    x, lengths = voices.pad([frames.astype(np.float32) for frames in spoken])
    with torch.no_grad():
        together = net(x, lengths)
        alone = torch.cat([net(x[n : n + 1, : lengths[n]], lengths[n : n + 1]) for n in range(4)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_shares_and_costs_of_an_alarm_by_hand():
    odd, faulty = np.array([0.9, 0.2, 0.7, 0.1, 0.3]), np.array([1, 1, 0, 0, 0])
    metrics = alarm.measure(odd, faulty, 0.5)
    assert metrics["caught"] == 0.5
    assert metrics["false"] == pytest.approx(1000 / 3)
    assert metrics["cost"] == pytest.approx(1000 * (50 + 1) / 5)
