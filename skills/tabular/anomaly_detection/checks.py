"""What a learner's own search for anomalies must do, whatever its style."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


class _Halve(nn.Module):
    """Gives back half of what it is given, and notes whether gradients are on."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(0.5))
        self.gradients = False

    def forward(self, x: Tensor) -> Tensor:
        """Return half of each value."""
        self.gradients = self.gradients or torch.is_grad_enabled()
        return self.weight * x


def _through(net: Any, x: Tensor) -> tuple[Tensor, list[int]]:
    """Return what comes back, and the widths of the linear layers on the way."""
    widths: list[int] = []
    layers = [part for part in net.modules() if isinstance(part, nn.Linear)]
    hooks = [
        layer.register_forward_hook(lambda _, __, out: widths.append(out.shape[-1]))
        for layer in layers
    ]
    back = net(x).detach()
    for hook in hooks:
        hook.remove()
    return back, widths


def check_scale(work: Any, tools: Any) -> None:
    """Spreads of what is known decide, for known and new, and far values are cut off."""
    for seed in tools.seeds:
        rng = tools.rng(seed)
        sizes = np.array([1.0, 10, 100, 0.5])
        known, new = 7 + sizes * rng.normal(size=(60, 4)), 9 + 3 * sizes * rng.normal(size=(40, 4))
        right = tools.reference.scale(known, new)
        both = np.concatenate([known, new])
        raw = tuple(torch.tensor(part).float() for part in (known, new))
        with tools.settings(tools.reference, FAR=1e9):
            uncut = tools.reference.scale(known, new)
        wrong = {
            "leak_before_split": tools.reference.scale(both, new)[1],
            "trained_on_test": tools.reference.scale(new, new)[1],
            "data_not_normalised": raw[1],
            "wrong_range": uncut[1],
        }
        got = work.scale(known.copy(), new.copy())
        tools.same(got[1], right[1], "scale: new readings", at=work.scale, wrong=wrong,
                   tolerance=1e-4)  # fmt: skip
        tools.same(got[0], right[0], "scale: known readings", tolerance=1e-4)


def check_autoencoder(work: Any, tools: Any) -> None:
    """Everything has to pass through CODE numbers, and is bent on the way."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.autoencoder(9)
        x = 3 * torch.randn(40, 9)
        back, widths = _through(net, x)
        tools.shape(back, (40, 9), "autoencoder: forty readings given back")
        if min(widths, default=9) > work.CODE:
            evidence = f"its narrowest layer has {min(widths)} units"
            tools.mistake("no_bottleneck", evidence, work.autoencoder)
            tools.fail(f"autoencoder: expected a code of {work.CODE} numbers; {evidence}")
        tools.hold(float(back.min()) < 0 < float(back.max()), "autoencoder: expected both signs")


def check_oddity(work: Any, tools: Any) -> None:
    """Each reading has its own error, the larger the odder, without gradients."""
    for seed in tools.seeds:
        tools.seed(seed)
        x, net = torch.randn(12, 5), _Halve()
        squares = (0.5 * x) ** 2
        got = work.oddity(net, x)
        wrong = {
            "wrong_axis": squares.mean(0),
            "wrong_sign": -squares.mean(1),
            "one_side_only": -0.5 * x.mean(1),
            "wrong_averaging": squares.sum(1),
        }
        if net.gradients:
            tools.mistake("missing_no_grad", "errors were computed with gradients on", work.oddity)
            tools.fail("oddity: expected no gradients")
        tools.same(got, squares.mean(1), "oddity of twelve readings", at=work.oddity, wrong=wrong)


def check_train(work: Any, tools: Any) -> None:
    """The network learns to give back readings that lie on a line."""
    tools.seed(0)
    x = torch.randn(1500, 1) * torch.tensor([1.0, -0.5, 0.3, 0.8])
    net = work.autoencoder(4)
    with torch.no_grad():
        before = float(((net(x) - x) ** 2).mean())
    with tools.settings(work, EPOCHS=6):
        told, _ = tools.drain(work.train("healthy", net, x, None))
    with torch.no_grad():
        after = float(((net(x) - x) ** 2).mean())
    tools.hold(any("loss" in event for event in told), "train: expected `loss` in what it yields")
    tools.at_most(after, 0.4 * before, "mean squared error after six epochs")


def check_run(work: Any, tools: Any) -> None:
    """The autoencoder of healthy readings finds the faults, and a seed repeats it."""
    readings, faulty = (part[::5] for part in tools.data())
    first, second = (tools.run(work, (readings, faulty), seed=3, EPOCHS=6) for _ in range(2))
    tools.repeated(first, second, ["healthy", "linear", "mixed"])
    reached = first["healthy"]["metrics"]["roc_auc"]
    mixed = first["mixed"]["metrics"]["roc_auc"]
    if reached < 0.97 and mixed < 0.97:
        evidence = f"ROC AUC {reached:.2f}, much like {mixed:.2f} with faults in the training"
        tools.diagnosis.notebook.note("anomalies_learned", evidence,
                                      tools.diagnosis.notebook.likely("anomalies_learned", "run"),
                                      sure=False)  # fmt: skip
    tools.at_least(reached, 0.97, "ROC AUC of the autoencoder of healthy readings")
