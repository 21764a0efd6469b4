"""What a learner's own digit reader must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import nn


def check_network(work: Any, tools: Any) -> None:
    """The network takes images of one channel and gives ten scores, with weights to train."""
    net = work.cnn()
    for seed in tools.seeds:
        tools.seed(seed)
        images = torch.rand(7, 1, 28, 28)
        scores = net.eval()(images)
        tools.shape(scores, (7, 10), "scores for seven images")
        if scores.min() >= 0 and (scores.sum(1) - 1).abs().max() < 1e-4:
            evidence = "the scores of an image are not negative and add up to 1"
            tools.mistake("softmax_before_cross_entropy", evidence, work.cnn)
            tools.fail(f"cnn: expected raw scores, but {evidence}")
        alone = torch.cat([net(image[None]) for image in images])
        tools.same(alone, scores, "scores of each image alone", tolerance=1e-4)
    size = sum(weights.numel() for weights in net.parameters())
    tools.at_least(size, 5_000, "numbers that the network can adjust")
    tools.at_most(size, 500_000, "numbers that the network can adjust")
    layers = [part for part in net.modules() if isinstance(part, nn.Conv2d)]
    tools.at_least(len(layers), 2, "convolutions in the network")
    tools.shape(work.logistic()(images), (7, 10), "scores by the logistic regression")


def check_accuracy(work: Any, tools: Any) -> None:
    """Accuracy is a share of right answers, and testing leaves the model as it was."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(0.5))
        images = torch.rand(1003, 1, 28, 28)
        best = net.eval()(images).argmax(1)
        digits = torch.where(torch.arange(1003) < 900, best, (best + 1) % 10)
        net.train()
        few = work.accuracy(net, images[890:906], digits[890:906])
        tools.hold(
            not hasattr(few, "detach"),
            "accuracy: expected a number, got a tensor: end with .item()",
        )
        tools.same(few, 10 / 16, "accuracy on 16 images", tolerance=1e-3, at=work.accuracy,
                   wrong={"integer_division": 0.0})  # fmt: skip
        many = work.accuracy(net.train(), images, digits)
        if abs(many - 900 / 1003) > 1e-3:
            tools.mistake("wrong_averaging", "right on 16 images, wrong on 1003", work.accuracy)
        tools.same(many, 900 / 1003, "accuracy on 1003 images", tolerance=1e-3)


def check_train(work: Any, tools: Any) -> None:
    """Training makes both models good, nearly as good as the reference's training does."""
    images, digits = tools.data()
    x, y = torch.tensor(images)[::4, None], torch.tensor(digits)[::4]
    seen, unseen = (x[::2], y[::2]), (x[1::2], y[1::2])
    tools.pairs(*seen)
    for stage, build in (("logistic", "logistic"), ("cnn", "cnn")):
        reached = []
        for module in (work, tools.reference):
            with tools.settings(module, EPOCHS=4):
                tools.seed(1)
                net = getattr(module, build)()
                told, _ = tools.drain(module.train(stage, net, seen, unseen))
            right = net.eval()(unseen[0]).argmax(1) == unseen[1]
            reached.append(float(right.float().mean()))
        tools.hold(told and "loss" in {name for event in told for name in event},
                   "train: expected the loss in what it yields")  # fmt: skip
        what = f"accuracy of the {stage} model after four epochs"
        tools.at_least(reached[0], reached[1] - 0.12, what)


def check_run(work: Any, tools: Any) -> None:
    """Both models are measured on unseen digits, and a seed repeats them exactly."""
    images, digits = tools.data()
    data = images[::3].copy(), digits[::3].copy()
    tools.pairs(torch.tensor(data[0])[:, None], data[1])
    first = tools.run(work, data, seed=5, EPOCHS=2)
    tools.same(sorted(first), ["cnn", "logistic"], "the stages measured")
    again = tools.run(work, data, seed=5, EPOCHS=2)
    right = tools.run(tools.reference, data, seed=5, EPOCHS=2)
    for stage, ran in first.items():
        metrics, expected = ran["metrics"], right[stage]["metrics"]
        tools.same(metrics, again[stage]["metrics"], f"{stage}, run twice with one seed")
        tools.at_least(metrics["accuracy"], expected["accuracy"] - 0.4, f"accuracy of {stage}")
        tools.at_most(metrics["accuracy"], expected["accuracy"] + 0.1, f"accuracy of {stage}")
        tools.same(metrics["mistakes"], round((1 - metrics["accuracy"]) * 1000), "mistakes")
        tools.same(metrics["lost"], metrics["accuracy"] - metrics["moved"], "lost by moving")
    tools.same(len(np.unique(ran["made"]["truth"].numpy())), 10, "kinds of digits put aside")
