"""What a learner's own forecaster must do, whatever its style."""

from typing import Any

import numpy as np
import torch

STAGES = ["line", "lstm", "naive", "seasonal"]


def check_windows(work: Any, tools: Any) -> None:
    """A window holds the months before the one to forecast, and none later."""
    for seed in tools.seeds:
        values = tools.rng(seed).random(80).astype(np.float32)
        x, y = work.windows(values, 30, 71)
        size = work.WINDOW
        tools.same(y, values[30:71], "the months to forecast")
        tools.shape(x, (41, size), "the windows")

        def shifted(by: int, values: Any = values, size: int = size) -> Any:
            return np.stack([values[n - size + by : n + by] for n in range(30, 71)])

        wrong = {"future_in_time_series": shifted(1), "off_by_one_window": shifted(-1)}
        tools.same(x, shifted(0), "the windows", at=work.windows, wrong=wrong)


def check_forecaster(work: Any, tools: Any) -> None:
    """The network forecasts each row by itself, from all of its window."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.Forecaster().eval()
        x = torch.rand(9, work.WINDOW)
        got = net(x)
        if tuple(got.shape) == (9, 1):
            evidence = "forecasts of shape (9, 1) spread to (9, 9) against targets of shape (9,)"
            tools.mistake("broadcast_mismatch", evidence, work.Forecaster)
        tools.shape(got, (9,), "forecasts for nine windows")
        alone = torch.cat([net(row[None]) for row in x])
        if not torch.allclose(alone, got, atol=1e-4):
            evidence = "the forecast for a window depends on the other windows of its batch"
            tools.mistake("wrong_axis", evidence, work.Forecaster)
        tools.same(alone, got, "forecasts for windows alone", tolerance=1e-4)
        changed = x.clone()
        changed[:, work.WINDOW // 2] += 1
        moved = float((net(changed) - got).abs().max().detach())
        tools.at_least(moved, 1e-7, "effect of a month in the middle of the window")
        sizes = [weights.numel() for weights in net.parameters()]
        tools.at_least(sum(sizes), 500, "numbers that the network can adjust")


def check_train(work: Any, tools: Any) -> None:
    """Training makes the network forecast a wave, nearly as well as the reference's does."""
    values = np.sin(np.arange(700) / 2) + 0.05 * tools.rng(1).normal(size=700) + 1
    x, y = tools.reference.windows(values.astype(np.float32), 30, 600)
    new, truth = tools.reference.windows(values.astype(np.float32), 600, 700)
    x, y, new, truth = (torch.tensor(part) for part in (x, y, new, truth))
    tools.pairs(x, y)
    reached = []
    for module in (work, tools.reference):
        with tools.settings(module, EPOCHS=8):
            tools.seed(3)
            net = module.Forecaster()
            before = [weights.detach().clone() for weights in net.parameters()]
            told, _ = tools.drain(module.train(net, x, y))
        tools.hold(told and "loss" in told[-1], "train: expected `loss` in what it yields")
        with torch.no_grad():
            reached.append(float((net.eval()(new) - truth).abs().mean()))
        if module is work:
            first = float(told[0]["loss"])
            pairs = zip(net.parameters(), before, strict=True)
            moved = max(float((weights - old).abs().max()) for weights, old in pairs)
            blind = all(weights.grad is None for weights in net.parameters())
    bound = 1.6 * reached[1] + 0.03
    if not reached[0] <= bound:
        naive = float((x[:, -1] - y).abs().mean())
        _explain(work, tools, moved, blind, first, naive)
    tools.at_most(reached[0], bound, "mean absolute error on a new part of the wave")


def _explain(work: Any, tools: Any, moved: float, blind: bool, loss: float, naive: float) -> None:
    """Name what a training that got nowhere looks like."""
    if blind:
        tools.mistake("detached_graph", "no weight got a gradient in eight epochs", work.train)
    elif moved == 0:
        tools.mistake("missing_step", "no weight has changed in eight epochs", work.train)
    elif moved < 1e-3:
        evidence = f"no weight has moved by more than {moved:.1g} in eight epochs"
        tools.mistake("learning_rate_too_low", evidence, work.train)
    elif not moved < 5:
        evidence = f"a weight has moved by {moved:.3g} in eight epochs"
        tools.mistake("learning_rate_too_high", evidence, work.train)
    elif loss > 1.6 * naive:
        evidence = (
            f"the loss begins at {loss:.2g}; the naive forecast of these rows has {naive:.2g}"
        )
        tools.mistake("shuffled_labels", evidence, work.train)


def check_measure(work: Any, tools: Any) -> None:
    """Both errors are right."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        truth, forecast = rng.random(50) * 90, rng.random(50) * 90
        got, error = work.measure(forecast, truth), forecast - truth
        right = {"mae": np.mean(abs(error)), "rmse": np.sqrt(np.mean(error**2))}
        wrong = {
            "mae": {"wrong_averaging": np.sum(abs(error)), "wrong_loss": np.mean(error**2)},
            "rmse": {"wrong_averaging": np.sqrt(np.sum(error**2)), "wrong_loss": np.mean(error**2)},
        }
        for name, value in right.items():
            tools.hold(name in got, f"measure: expected {name!r} in the dictionary")
            known = wrong[name] | {"integer_division": value // 1}
            tools.same(got[name], value, name, tolerance=1e-4, at=work.measure, wrong=known)


def check_run(work: Any, tools: Any) -> None:
    """The past is learned and the future judged, and a seed repeats a run."""
    months = tools.data().iloc[1400:2600]
    taught: list[Any] = []
    original = work.train

    def recorded(net: Any, x: Any, y: Any, *rest: Any, **named: Any) -> Any:
        taught.append(y.detach().cpu().numpy().copy())
        return original(net, x, y, *rest, **named)

    first = tools.run(work, months.copy(), seed=4, EPOCHS=2, train=recorded)
    second = tools.run(work, months.copy(), seed=4, EPOCHS=2)
    tools.same(sorted(first), STAGES, "the stages of a run")
    tools.hold(taught, "run: expected it to call `train`")
    _past_only(work, tools, months, taught[0])
    right = _naive(tools, months)
    for name in STAGES:
        got = first[name]["metrics"]
        if name in right:
            ahead = {"off_by_one_window": right[name][1], "future_in_time_series": right[name][2]}
            tools.same(got, right[name][0], name, tolerance=1e-4, at=work.run, wrong=ahead)
        tools.same(got, second[name]["metrics"], f"{name}, run twice with one seed", tolerance=1e-4)
    with tools.settings(tools.reference, EPOCHS=2):
        told, _ = tools.drain(tools.reference.run(months.copy(), seed=4))
    good = [event["metrics"]["mae"] for event in told if "metrics" in event]
    got = first["lstm"]["metrics"]["mae"]
    tools.at_most(got, 1.15 * good[-1], "mean absolute error of the LSTM after two epochs")
    tools.at_least(got, 0.85 * good[-1], "mean absolute error of the LSTM (less is too good)")


def _past_only(work: Any, tools: Any, months: Any, y: Any) -> None:
    """See that what is taught comes from before the test, in units of the past."""
    values = months["value"].to_numpy(np.float32)
    first = int((months["time"] < work.FIRST - 0.01).sum())
    past = values[work.WINDOW : first]
    if len(y) != len(past) or np.corrcoef(np.sort(y), np.sort(past))[0, 1] < 0.9999:
        evidence = "what is taught are not the months before the test, all of them and no others"
        tools.mistake("future_in_time_series", evidence, work.run)
        tools.fail(f"run: expected the {len(past)} months before {work.FIRST} to be taught")
    unit = float(past.std() / y.std())
    if np.isclose(unit, 1, atol=1e-3):
        tools.mistake("data_not_normalised", "the network is taught raw counts of spots", work.run)
        tools.fail("run: expected values of about 1, not of about 50")
    if np.isclose(unit, values.std(), rtol=1e-4):
        evidence = f"values are divided by {unit:.4g}, which knows the months of the test"
        tools.mistake("leak_before_split", evidence, work.run)
        tools.fail("run: the unit of values must come from the past alone")


def _naive(tools: Any, months: Any) -> dict[str, list[Any]]:
    """Return what the naive forecasts measure: right, a month too early, and a month too late."""
    values = months["value"].to_numpy(np.float32)
    first = int((months["time"] < tools.reference.FIRST - 0.01).sum())
    truth, size = values[first:], len(values)
    measured: dict[str, list[Any]] = {}
    for name, back in (("naive", 1), ("seasonal", tools.reference.CYCLE)):
        measured[name] = [
            tools.reference.measure(values[first - back + by : size - back + by], truth)
            for by in (0, -1, 1)
        ]
    return measured
