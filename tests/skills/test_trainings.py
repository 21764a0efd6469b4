"""Both exercises, really trained, and their solutions held against oracles."""

import importlib
import subprocess
import sys

import numpy as np
import pytest
import torch

from skills.data import load
from skills.exercise import catalogue
from skills.folders import package
from skills.play import Curves, Done, Images, Judge, Matrix, Show, Train
from skills.tabular.fraud_detection import solution as loans
from skills.vision.cnn_digits import solution as vision


def figures(events, kind):
    return [e.figure for e in events if isinstance(e, Show) and isinstance(e.figure, kind)]


def test_the_forest_passes_and_beats_the_floor(fraud):
    result = fraud[-1].result
    assert isinstance(fraud[-1], Done)
    assert result.passed, result.checks
    assert result.metrics["average_precision"] >= 0.122
    assert result.metrics["roc_auc"] >= 0.73
    assert result.metrics["nobody_accuracy"] > 0.94
    assert result.metrics["low"] < result.metrics["average_precision"] < result.metrics["high"]
    assert set(result.timings) >= {"milliseconds", "tree_milliseconds"}


def test_the_forest_shows_curves_and_counts(fraud):
    precision_recall, cost = figures(fraud, Curves)
    assert [line.name for line in precision_recall.lines] == ["tree", "forest", "boosting", "line"]
    assert all(len(line.x) == len(line.y) <= 200 for line in (*precision_recall.lines, *cost.lines))
    (flagged,) = figures(fraud, Matrix)
    assert sum(map(sum, flagged.counts)) == 2958
    assert flagged.columns == ("approved", "flagged")


def test_predictions_are_judged_by_the_run(fraud):
    judged = {event.prediction: event for event in fraud if isinstance(event, Judge)}
    assert judged["nobody"].held is True
    assert judged["forest"].held is None
    assert set(judged) == {"nobody", "forest", "time"}


def test_the_network_passes_and_beats_the_floor(digits):
    result = digits[-1].result
    assert result.passed, result.checks
    assert result.metrics["accuracy"] >= 0.975
    assert result.baseline["accuracy"] > 0.88


def test_the_network_shows_filters_maps_and_mistakes(digits):
    filters, maps, mistakes = figures(digits, Images)
    assert [image.shape for image in filters.images] == [(5, 5)] * 16
    assert [image.shape for image in maps.images] == [(28, 28)] * 8
    assert all("→" in caption for caption in mistakes.captions)
    for still, moved in zip(maps.images[:4], maps.images[4:], strict=True):
        np.testing.assert_allclose(np.roll(still, 3, 1)[:, 8:-4], moved[:, 8:-4], atol=1e-5)
    (confusion,) = figures(digits, Matrix)
    assert [sum(row) for row in confusion.counts] == [100] * 10


def test_the_loss_of_the_network_falls_as_it_trains(digits):
    curves = [e.curves for e in digits if isinstance(e, Train) and e.stage == "cnn"][-1]
    losses = [loss for _, loss in curves["loss"]]
    assert np.mean(losses[-10:]) < 0.2 * np.mean(losses[:10])


def test_the_same_seed_gives_the_same_metrics(monkeypatch):
    pixels, labels = load("mnist_5000")
    monkeypatch.setattr(vision, "EPOCHS", 1)

    def measure(seed):
        told = vision.run((pixels[::3], labels[::3]), seed=seed)
        return [event["metrics"] for event in told if "metrics" in event]

    assert measure(1) == measure(1) != measure(2)


def test_the_same_seed_gives_the_same_forest():
    x_train, x_test, y_train, _ = loans.split(load("lending_club"))

    def risks(seed):
        model = loans.candidates(seed)["forest"][0].set_params(n_estimators=10)
        return model.fit(x_train[:1000], y_train[:1000]).predict_proba(x_test)[:, 1]

    assert np.array_equal(risks(1), risks(1))
    assert not np.array_equal(risks(1), risks(2))


def test_no_loan_is_both_trained_on_and_tested(monkeypatch):
    table = load("lending_club")
    x_train, x_test, y_train, y_test = loans.split(table)
    assert len(x_train) + len(x_test) == len(table)
    assert y_train.sum() + y_test.sum() == 517
    train_rows = {row.tobytes() for row in x_train}
    assert sum(row.tobytes() in train_rows for row in x_test) == 0


def test_cost_and_recall_agree_with_a_count_by_hand():
    risk, truth = np.array([0.5, 0.05, 0.2, 0.01]), np.array([1, 1, 0, 0])
    metrics = loans.measure(np.tile(risk, 25), np.tile(truth, 25), seed=0)
    assert metrics["caught"] == metrics["alarmed"] == 0.5
    assert metrics["cost"] == pytest.approx(25 * 10 + 25 * 1)
    assert metrics["accuracy"] == 0.75


def test_augmenting_keeps_a_digit_in_its_place_and_range():
    torch.manual_seed(0)
    images = torch.tensor(load("mnist_5000")[0][:64, None])
    changed = vision.augment(images)
    assert changed.shape == images.shape
    assert 0 <= changed.min() <= changed.max() <= 1.0001
    assert not torch.equal(changed, images)
    assert torch.nn.functional.l1_loss(changed.mean((0, 1)), images.mean((0, 1))) < 0.05


@pytest.mark.parametrize("name", ["fraud_detection", "cnn_digits"])
def test_the_starter_does_not_pass_as_it_stands(name):
    exercise = catalogue()[name]
    starter = importlib.import_module(f"skills.{exercise.family}.{name}.starter")
    with pytest.raises(NotImplementedError, match="TODO"):
        list(starter.run(load(exercise.dataset)))


def test_a_solution_runs_on_its_own():
    path = package() / "tabular" / "fraud_detection" / "solution.py"
    script = subprocess.Popen(
        [sys.executable, "-u", str(path)], stdout=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(package().parent)},
    )  # fmt: skip
    assert script.stdout
    first = script.stdout.readline()
    script.kill()
    script.communicate()
    assert "'stage': 'nobody'" in first
