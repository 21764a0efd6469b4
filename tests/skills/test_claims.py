"""The claims: what decides them, and that every verdict can be told; nothing is trained."""

import numpy as np
import pytest

from skills.claims.claim_applications import solution as applications_claim
from skills.claims.claim_data import solution as data_claim
from skills.claims.claim_features import solution as features_claim
from skills.claims.claim_hardware import solution as hardware_claim
from skills.device import Device
from skills.exercise import CLAIMS, catalogue
from skills.play import Done, play

CLAIMS = [exercise for exercise in catalogue().values() if exercise.family == CLAIMS]


def verdict(name, **constants):
    *_, done = play(catalogue()[name], device="auto", answers={}, constants=constants)
    assert isinstance(done, Done)
    assert done.result.passed, done.result.checks
    return done.result.verdict


@pytest.mark.parametrize("exercise", CLAIMS, ids=lambda exercise: exercise.id)
def test_a_claim_has_texts_of_its_own_for_each_verdict(exercise):
    claim = exercise.claim
    texts = {claim.statement, claim.held, claim.refuted, claim.undecided}
    assert len(texts) == 4


def right_on(shares):
    """Return a reader of digits that is right on a share that its number of examples names."""

    def fit(x, y, images, seed, device):
        share = shares[len(x)] + 0.001 * (seed % 5)
        truth = fit.truth
        return np.where(np.arange(len(truth)) < share * len(truth), truth, (truth + 1) % 10)

    return fit


@pytest.mark.parametrize(
    ("forest", "network", "outcome"),
    [
        ((0.5, 0.7, 0.9), (0.3, 0.8, 0.95), "held"),
        ((0.3, 0.7, 0.9), (0.5, 0.8, 0.95), "did not hold here"),
        ((0.5, 0.9, 0.98), (0.4, 0.8, 0.95), "did not hold here"),
        ((0.5, 0.9, 0.98), (0.5, 0.9, 0.98), "undecided"),
    ],
)
def test_the_claim_on_data_holds_where_the_curves_cross(monkeypatch, forest, network, outcome):
    sizes = (10, 100, 1000)
    digits = data_claim.load("mnist_5000")[1]
    _, aside = data_claim.train_test_split(
        np.arange(len(digits)), test_size=0.2, stratify=digits, random_state=0
    )
    for name, shares in (("forest", forest), ("cnn", network)):
        fit = right_on(dict(zip(sizes, shares, strict=True)))
        fit.truth = digits[aside]
        monkeypatch.setattr(data_claim, name, fit)
    told = verdict("claim_data", SIZES=sizes)
    assert told.outcome == outcome
    assert f"{forest[0] + 0.002:.1%}" in told.reason


def test_a_crossing_lies_between_the_sizes_that_enclose_it(monkeypatch):
    monkeypatch.setattr(data_claim, "SIZES", (10, 100, 1000))
    assert data_claim.where(0, np.array([-1, 1, 2])) == pytest.approx(10**1.5)
    assert data_claim.where(0, np.array([1, 1, 2])) == pytest.approx(10)
    assert data_claim.where(0, np.array([-3, -2, -1])) == pytest.approx(1000)


@pytest.mark.parametrize(
    ("gpu", "outcome", "said"),
    [
        (0.5, "held", "From 512 units on"),
        (50, "did not hold here", "every epoch was slower on the GPU"),
        (8.05, "undecided", "decides nothing"),
    ],
)
def test_the_claim_on_hardware_needs_a_clear_difference(monkeypatch, gpu, outcome, said):
    cpu = np.array([[0.1], [0.3], [1], [8]]) * [1, 1.01, 1.02]

    def sweep(told, device, seen, unseen, seed):
        yield {**told, "step": 1}
        return (cpu if device == "cpu" else np.full_like(cpu, gpu)), 0.9

    monkeypatch.setattr(hardware_claim, "sweep", sweep)
    monkeypatch.setattr("skills.play.choose", lambda *_, **__: Device("mps", "it is pretended"))
    told = verdict("claim_hardware")
    assert told.outcome == outcome
    assert said in told.reason
    assert "it is pretended" in told.reason


def test_without_a_gpu_the_claim_on_hardware_stays_undecided(monkeypatch):
    cpu = np.array([[0.1], [0.3], [1], [8]]) * [1, 1.01, 1.02]

    def sweep(told, device, seen, unseen, seed):
        yield {**told, "step": 1}
        return cpu, 0.9

    monkeypatch.setattr(hardware_claim, "sweep", sweep)
    monkeypatch.setattr("skills.play.choose", lambda *_, **__: Device("cpu", "there is no GPU"))
    told = verdict("claim_hardware")
    assert told.outcome == "undecided"
    assert "8.08 s with 2,048" in told.reason
    assert "there is no GPU" in told.reason


@pytest.mark.parametrize(
    ("steps", "outcome"),
    [
        ((0.8, 0.9, 0.95), "held"),
        ((0.8, 0.9, 0.85), "did not hold here"),
        ((0.8, 0.9, 0.9), "undecided"),
    ],
)
def test_the_claim_on_features_needs_both_steps(monkeypatch, steps, outcome):
    made = iter(np.repeat(steps, 2) + np.tile([0, 0.01], 3))
    monkeypatch.setattr(features_claim, "judge", lambda *_: float(next(made)))
    monkeypatch.setattr(features_claim, "learned", lambda *_: features_claim.raw)
    told = verdict("claim_features", DRAWS=2, SIZE=100)
    assert told.outcome == outcome
    assert f"{steps[1] + 0.005:.1%}" in told.reason


@pytest.mark.parametrize(
    ("loans", "images", "outcome"),
    [
        ((0.80, 0.82), (0.95, 0.97), "held"),
        ((0.86, 0.88), (0.95, 0.97), "did not hold here"),
        ((0.80, 0.82), (0.86, 0.88), "did not hold here"),
        ((0.84, 0.86), (0.95, 0.97), "undecided"),
        ((0.80, 0.82), (0.895, 0.905), "undecided"),
    ],
)
def test_the_claim_on_applications_needs_every_draw(monkeypatch, loans, images, outcome):
    scores = {
        "loans_boosting": (0.85, 0.85),
        "loans_network": loans,
        "images_boosting": (0.90, 0.90),
        "images_network": images,
    }

    def contest(stage, fit, x, y, seed):
        yield {"stage": stage, "step": 1, "total": 1}
        return np.array(scores[stage])

    monkeypatch.setattr(applications_claim, "contest", contest)
    told = verdict("claim_applications")
    assert told.outcome == outcome
    assert f"{np.mean(images):.1%}" in told.reason
