"""What a learner's own language model must do, whatever its style."""

from typing import Any

import torch
from torch import Tensor, nn

SMALL = {"CONTEXT": 24, "WIDTH": 32, "BLOCKS": 1}


def check_windows(work: Any, tools: Any) -> None:
    """Each sign of a window is answered by the sign that follows it in the text."""
    for seed in tools.seeds:
        tools.seed(seed)
        codes, starts = torch.randint(44, (300,)), torch.randint(270, (5,))
        with tools.settings(work, CONTEXT=24):
            x, y = work.windows(codes, starts)
        rows = torch.stack([codes[start : start + 26] for start in starts])
        wrong = {"target_among_features": rows[:, 1:-1]}
        tools.same(x, rows[:, :-2], "windows: what goes in", at=work.windows, wrong=wrong)
        wrong = {"off_by_one_window": rows[:, 2:], "target_among_features": rows[:, :-2]}
        tools.same(y, rows[:, 1:-1], "windows: what comes next", at=work.windows, wrong=wrong)
        with tools.settings(work, CONTEXT=24):
            _, last = work.windows(codes, torch.tensor([300 - 25]))
        tools.same(last[0, -1], codes[-1], "windows: the last sign of a text")


def _attend(query: Tensor, key: Tensor, value: Tensor, divide: bool, hide: bool, axis: int) -> Any:
    place = torch.arange(query.shape[2])
    back = place[:, None] - place
    near = -(0.5 ** torch.arange(query.shape[1])[:, None, None]) * back
    near = near.masked_fill(back < 0, -torch.inf) if hide else near
    scores = query @ key.mT / (query.shape[3] ** 0.5 if divide else 1) + near
    return scores.softmax(axis).nan_to_num() @ value


def check_attend(work: Any, tools: Any) -> None:
    """Each place takes a weighted mean of the values up to it, and of none after it."""
    for seed in tools.seeds:
        tools.seed(seed)
        query, key, value = 2 * torch.randn(3, 2, 4, 9, 5)
        wrong = {
            "no_mask": _attend(query, key, value, True, False, 3),
            "scale_forgotten": _attend(query, key, value, False, True, 3),
            "wrong_axis": _attend(query, key, value, True, True, 2),
        }
        got = work.attend(query, key, value)
        tools.shape(got, (2, 4, 9, 5), "attend: what each place hears")
        later = value.clone()
        later[:, :, 6:] += 1
        moved = (work.attend(query, key, later) - got).abs().amax((0, 1, 3))
        if float(moved[:6].max()) > 1e-4:
            evidence = "values of later places change what earlier ones hear"
            tools.mistake("no_mask", evidence, work.attend)
        right = tools.reference.attend(query, key, value)
        tools.same(got, right, "attend", at=work.attend, wrong=wrong)


def check_block(work: Any, tools: Any) -> None:
    """A block adds to what each place knew, and no place sees what comes after it."""
    for seed in tools.seeds:
        tools.seed(seed)
        block, x = work.Block(), torch.randn(3, 11, work.WIDTH)
        with torch.no_grad():
            for weight in block.parameters():
                weight.zero_()
            tools.same(block(x), x, "a block whose weights are all 0", at=work.Block.forward,
                       wrong={"residual_forgotten": 0 * x})  # fmt: skip
            for weight in block.parameters():
                weight.normal_(std=0.1)
            other = torch.cat([x[:, :7], torch.randn(3, 4, work.WIDTH)], 1)
            first, second = block(x), block(other)
            tools.same(second[:, :7], first[:, :7], "places before a change", tolerance=1e-4)
            right = tools.reference.Block()
            names = {name: weight.shape for name, weight in right.state_dict().items()}
            if names == {name: weight.shape for name, weight in block.state_dict().items()}:
                right.load_state_dict(block.state_dict())
                tools.same(first, right(x), "a block with the solution's weights", tolerance=1e-3)


class _Told(nn.Module):
    """Scores that depend on the sign alone, and whether gradients were kept."""

    def __init__(self, scores: Tensor) -> None:
        super().__init__()
        self.scores = nn.Parameter(scores)
        self.kept, self.longest = False, 0

    def forward(self, codes: Tensor) -> Tensor:
        """Return the scores for each place, (n, length, signs); those of early places drift."""
        self.kept = self.kept or torch.is_grad_enabled()
        self.longest = max(self.longest, codes.shape[1])
        drift = torch.arange(codes.shape[1]).flip(0)[:, None] * torch.linspace(1, -1, 44)
        return self.scores[codes] + drift


def _no_graph(net: _Told, function: Any, tools: Any) -> None:
    if net.kept:
        tools.mistake("missing_no_grad", "gradients were switched on", function)
        tools.fail(f"{function.__name__}: expected no gradients to be kept")


def check_measure(work: Any, tools: Any) -> None:
    """The loss is the mean over signs that have half a window before them."""
    for seed in tools.seeds:
        tools.seed(seed)
        net, codes = _Told(torch.randn(44, 44)), torch.randint(44, (900,))
        with tools.settings(work, CONTEXT=24), tools.settings(tools.reference, CONTEXT=24):
            got, right = work.measure(net, codes), tools.reference.measure(net, codes)
        net.kept = False
        with tools.settings(work, CONTEXT=24):
            work.measure(net, codes)
        tools.same(got, right, "measure", tolerance=0.02, at=work.measure)
        _no_graph(net, work.measure, tools)


def check_write(work: Any, tools: Any) -> None:
    """Signs are drawn one by one from the scores of the last place, at the temperature HEAT."""
    tools.seed(3)
    scores = torch.full((44, 44), -30.0)
    scores[:, :3] = torch.tensor([0.0, 0.5, 1.0])
    net = _Told(scores)
    start = torch.randint(44, (3000, 5))
    with tools.settings(work, CONTEXT=6, HEAT=0.5):
        codes = work.write(net, start, 3)
    tools.shape(codes, (3000, 8), "write: 3,000 texts of five signs, continued by three")
    tools.same(codes[:, :5], start, "write: how the texts begin")
    tools.at_most(net.longest, 6, "write: signs that the net is shown")
    share = torch.bincount(codes[:, 5:].flatten(), minlength=44)[:3] / 9000
    for mistake, shares in (
        ("temperature_inverted", (0.5 * scores[0, :3]).softmax(0)),
        ("temperature_inverted", scores[0, :3].softmax(0)),
        ("most_likely_only", torch.tensor([0.0, 0.0, 1.0])),
    ):
        if float((share - shares).abs().max()) < 0.025:
            evidence = f"three signs were drawn in the shares {share.numpy().round(2).tolist()}"
            tools.mistake(mistake, evidence, work.write)
    right = (scores[0, :3] / 0.5).softmax(0)
    tools.same(share, right, "write: shares of three signs, by their scores", tolerance=0.03)
    _no_graph(net, work.write, tools)


def check_train(work: Any, tools: Any) -> None:
    """Training teaches what comes next, nearly as well as the reference's training does."""
    codes = tools.reference.encode(tools.data()["review"][:150])
    reached = []
    for module in (work, tools.reference):
        with tools.settings(module, **SMALL, STEPS=24, BATCH=12):
            tools.seed(1)
            net = tools.reference.Writer(module.Block(), 32)
            told, _ = tools.drain(module.train("transformer", net, codes))
            reached.append(tools.reference.measure(net, codes))
    tools.hold(any("loss" in event for event in told), "train: expected the loss in what it yields")
    tools.at_most(reached[0], reached[1] + 0.15, "loss after 24 steps")


def check_run(work: Any, tools: Any) -> None:
    """All models are measured on unseen reviews, and a seed repeats them exactly."""
    reviews = tools.data().iloc[::40].reset_index(drop=True)
    seen, new = (tools.reference.encode(reviews["review"][reviews["test"] == part])
                 for part in (False, True))  # fmt: skip
    given, usual = [], work.measure

    def measure(net: Any, codes: Tensor) -> float:
        given.append(codes)
        return float(usual(net, codes))

    few = {**SMALL, "STEPS": 8, "GRU_STEPS": 8, "BATCH": 4, "LENGTH": 9, "measure": measure}
    first, second = (tools.run(work, reviews, seed=4, **few) for _ in range(2))
    tools.same(sorted(first), ["counts", "gru", "transformer"], "the stages measured")
    for codes in given:
        if torch.equal(codes, seen):
            evidence = "the loss was measured on the reviews that were trained on"
            tools.mistake("metric_on_training_data", evidence, work.run)
        tools.same(codes, new, "run: the reviews that the loss is measured on")
    for stage, ran in first.items():
        metrics = ran["metrics"]
        tools.same(metrics, second[stage]["metrics"], f"{stage}, run twice with one seed")
        tools.same(metrics["choices"], 2.718281828 ** metrics["loss"], "choices", tolerance=1e-3)
        tools.at_most(metrics["loss"], 4.2, f"loss of {stage}")
