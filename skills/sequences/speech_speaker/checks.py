"""What a learner's own speaker identification must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class _Probe(nn.Module):
    """Answers with the first frame's columns, the next speaker while it trains."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(9))
        self.modes: set[tuple[bool, bool]] = set()  # (training, gradients on)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the first nine values of each utterance as scores."""
        self.modes.add((self.training, torch.is_grad_enabled()))
        scores = x[:, 0, :9] * self.weight
        return scores.roll(1, 1) if self.training else scores


def _spoken(rng: Any, count: int) -> list[Any]:
    """Return utterances of 5 to 15 frames, far from zero."""
    columns = 3 + np.arange(12)
    return [
        (columns + columns * rng.normal(size=(int(rng.integers(5, 16)), 12))).astype(np.float32)
        for _ in range(count)
    ]


def check_scale(work: Any, tools: Any) -> None:
    """Columns have mean 0 and spread 1 over the known frames, and only those decide."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        known, new = _spoken(rng, 8), [5 + each for each in _spoken(rng, 6)]
        right = tools.reference.scale([*known], [*new])
        both = tools.reference.scale(known + new, new)
        own = tools.reference.scale(new, new)
        got = work.scale([*known], [*new])
        wrong = {
            "leak_before_split": [both[0][:8], both[1]],
            "trained_on_test": [right[0], own[1]],
            "data_not_normalised": [known, new],
        }
        got, right = ([list(part) for part in both] for both in (got, right))
        tools.same(got, right, "scale: known and new utterances", at=work.scale, wrong=wrong,
                   tolerance=1e-4)  # fmt: skip


def check_pad(work: Any, tools: Any) -> None:
    """Utterances stand in one tensor, with zeros behind their ends."""
    for seed in tools.seeds:
        spoken = _spoken(tools.rng(seed), 5)
        rows, lengths = work.pad(spoken)
        right = tools.reference.pad(spoken)
        wrong = {"off_by_one_window": right[1] - 1, "missing_as_zero": 0 * right[1] + rows.shape[1]}
        tools.same(lengths, right[1], "pad: the lengths", at=work.pad, wrong=wrong)
        tools.same(rows, right[0], "pad: the utterances in one tensor")


def check_speaker(work: Any, tools: Any) -> None:
    """Scores are raw, and depend on the real frames of one utterance alone."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.Speaker().eval()
        x, lengths = tools.reference.pad([each / 5 for each in _spoken(tools.rng(seed), 12)])
        with torch.no_grad():
            scores, alone = net(x, lengths), net(x[:1, : lengths[0]], lengths[:1])
            wider = net(torch.cat([x, torch.zeros(12, 7, 12)], 1), lengths)
            other = net(
                torch.cat([x[:6], x[6:].flip(0)]), torch.cat([lengths[:6], lengths[6:].flip(0)])
            )
        tools.shape(scores, (12, 9), "Speaker: the scores of twelve utterances")
        if bool(torch.allclose(scores.sum(1), torch.ones(12), atol=1e-3)):
            evidence = "the scores of each utterance add up to 1, and cross_entropy comes later"
            tools.mistake("softmax_before_cross_entropy", evidence, work.Speaker.forward)
            tools.fail(f"Speaker: expected raw scores; {evidence}")
        if not torch.allclose(scores[:6], other[:6], atol=1e-4):
            evidence = "the scores of an utterance change with the other ones in the batch"
            tools.mistake("wrong_axis", evidence, work.Speaker.__init__)
            tools.fail(f"Speaker: {evidence}")
        if not torch.allclose(scores, wider, atol=1e-4) or not torch.allclose(
            scores[:1], alone, atol=1e-4
        ):
            evidence = "the scores of an utterance change with the zeros behind its end"
            tools.mistake("missing_as_zero", evidence, work.Speaker.forward)
            tools.fail(f"Speaker: {evidence}")


def check_predict(work: Any, tools: Any) -> None:
    """The speaker with the highest score is named, without dropout and without gradients."""
    for seed in tools.seeds:
        x, lengths = tools.reference.pad([each / 20 for each in _spoken(tools.rng(seed), 20)])
        net = _Probe().train()
        got = work.predict(net, x, lengths)
        scores = x[:, 0, :9]
        wrong = {"missing_eval": scores.roll(1, 1).argmax(1), "wrong_axis": scores.argmax(0)}
        tools.same(got, scores.argmax(1), "predict: the speakers", at=work.predict, wrong=wrong)
        if any(gradients for _, gradients in net.modes):
            tools.mistake("missing_no_grad", "the answers carry a graph", work.predict)
            tools.fail("predict: expected no gradients while predicting")


def check_run(work: Any, tools: Any) -> None:
    """The network learns the voices, new utterances measure it, and a seed repeats it."""
    (known, who), (new, truth) = tools.data()
    data = (known[::2], who[::2]), (new[::2], truth[::2])
    x, _ = work.pad(work.scale(*(part[0] for part in data))[0])
    tools.pairs(x, data[0][1])
    first, second = (tools.run(work, data, seed=1, EPOCHS=12) for _ in range(2))
    tools.same(sorted(first), ["frame", "gru", "mean"], "the stages of run")
    for name, ran in first.items():
        tools.same(ran["metrics"], second[name]["metrics"], f"{name}, run twice with one seed")
        total = int(np.sum(ran["made"]["counts"]))
        tools.same(total, len(new[::2]), f"{name}: utterances that are counted")
    tools.at_least(first["gru"]["metrics"]["accuracy"], 0.75, "accuracy after 12 epochs on a half")
