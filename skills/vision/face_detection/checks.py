"""What a learner's own face detector must do, whatever its style."""

from typing import Any

import numpy as np
import torch

STAGES = ["cnn", "linear", "svc"]


def check_even(work: Any, tools: Any) -> None:
    """Each image loses its own mean and spread."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        light = rng.uniform(0.1, 1, (30, 1, 1))
        images = (light * rng.random((30, 25, 25)) + light).astype(np.float32)
        mean, spread = images.mean((1, 2), keepdims=True), images.std((1, 2), keepdims=True)
        wrong = {
            "data_not_normalised": images,
            "wrong_axis": (images - images.mean(0)) / (images.std(0) + 0.05),
            "variance_as_deviation": (images - mean) / (spread**2 + 0.05),
        }
        tools.same(work.even(images.copy()), tools.reference.even(images), "images in even light",
                   at=work.even, wrong=wrong, tolerance=1e-3)  # fmt: skip


def check_slide(work: Any, tools: Any) -> None:
    """Windows follow row by row, and their corners are pixels of the whole photograph."""
    for seed in tools.seeds:
        photo = tools.rng(seed).random((90, 130)).astype(np.float32)
        for side in (30, 50):
            right, corners = tools.reference.slide(photo, side)
            got, places = work.slide(photo.copy(), side)
            turned = tools.reference.slide(photo.T, side)[0].transpose(0, 2, 1)
            wrong = {"wrong_axis": turned if len(turned) == len(right) else corners}
            tools.same(got, right, "windows", at=work.slide, wrong=wrong, tolerance=1e-3)
            wrong = {"wrong_axis": corners[:, ::-1], "not_normalised": corners * 25 / side}
            tools.same(places, corners, "corners", at=work.slide, wrong=wrong, tolerance=1e-3)


def check_cnn(work: Any, tools: Any) -> None:
    """The network learns to tell bright middles from bright borders."""
    rng = tools.rng(0)
    y = np.arange(120) % 2
    x = rng.normal(size=(120, 25, 25)).astype(np.float32)
    x[y == 1, 8:17, 8:17] += 1.5
    tools.seed(0)
    tools.pairs(x, y)
    with tools.settings(work, EPOCHS=15):
        scores = np.asarray(work.cnn(x[:80], y[:80])(x[80:]))
    tools.shape(scores, (40,), "scores of forty images")
    tools.at_least(np.mean((scores > 0) == y[80:]), 0.9, "accuracy on unseen squares")


def check_run(work: Any, tools: Any) -> None:
    """Each image is scored by a judge that never saw it, and a seed repeats a run."""
    images, y, photo = tools.data()
    data = images[::2], y[::2], photo[:300, :300]
    first, again = (tools.run(work, data, seed=3, EPOCHS=2) for _ in range(2))
    tools.repeated(first, again, STAGES)
    right = tools.run(tools.reference, data, seed=3, EPOCHS=2)
    x = tools.reference.even(data[0])
    for stage in ("linear", "svc"):
        known = np.mean((getattr(tools.reference, stage)(x, data[1])(x) > 0) == data[1])
        metrics, expected = first[stage]["metrics"], right[stage]["metrics"]
        wrong = {"metric_on_training_data": known, "shuffled_labels": 1 - expected["accuracy"]}
        tools.same(metrics["accuracy"], expected["accuracy"], f"accuracy of {stage}", at=work.run,
                   wrong=wrong, tolerance=1e-3)  # fmt: skip
        wrong = {"wrong_sign": 1 - expected["alarms"]}
        tools.same(metrics["alarms"], expected["alarms"], f"false alarms of {stage}", at=work.run,
                   wrong=wrong, tolerance=5e-3)  # fmt: skip
        tools.same(metrics["mistakes"], round((1 - metrics["accuracy"]) * len(x)), "mistakes")
    tools.hold(torch.is_grad_enabled(), "run: expected gradients to be on again afterwards")
