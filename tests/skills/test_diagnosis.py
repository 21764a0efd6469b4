"""Mistakes are named where they are made, and right code in many styles is left in peace."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from skills.folders import package
from skills.judge.verdict import mistakes

TORCH = """
import torch
from torch import nn
from torch.nn import functional as F


def data(n=240):
    x = torch.randn(n, 5)
    return x, (x[:, 0] > 0).long()


def loop(net, x, y, epochs=6, rate=0.01):
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(40):
            optimiser.zero_grad()
            loss = F.cross_entropy(net(x[rows]), y[rows])
            loss.backward()
            optimiser.step()


def net():
    return nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))


def main(diagnosis):
    torch.manual_seed(0)
    x, y = data()
    model = net()
    loop(model, x, y)
    model.eval()
    with torch.no_grad():
        model(torch.randn(40, 5))
"""
LOOP = "        for rows in torch.randperm(len(x)).split(40):\n"
FORWARD = "F.cross_entropy(net(x[rows]), y[rows])"
STEPS = "            loss.backward()\n            optimiser.step()\n"
BODY = "    return nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))\n"
EVAL = "    model.eval()\n"

# (the mistake, or None; a part of the program; what is put there)
TORCH_CASES = [
    (None, "", ""),
    (None, BODY, BODY.replace("ReLU", "Tanh")),
    (None, FORWARD, "nn.CrossEntropyLoss()(net(x[rows]), y[rows])"),
    (None, FORWARD, "F.nll_loss(net(x[rows]).log_softmax(1), y[rows])"),
    (None, FORWARD, "F.cross_entropy(net(x[rows])[:, :, None], y[rows][:, None])"),
    (None, FORWARD, "-net(x[rows]).log_softmax(1)[range(len(rows)), y[rows]].mean()"),
    (None, "            optimiser.zero_grad()\n", "            net.zero_grad()\n"),
    (None, STEPS, STEPS + "            optimiser.zero_grad()\n"),
    (None, "            optimiser.zero_grad()\n", "            for p in net.parameters():\n"
     "                p.grad = None\n"),
    (None, "            optimiser.zero_grad()\n", "            for p in net.parameters():\n"
     "                p.grad is None or p.grad.zero_()\n"),
    (None, "            loss.backward()\n", "            (loss / 2).backward(retain_graph=True)\n"
     "            (loss / 2).backward()\n"),
    (None, "    with torch.no_grad():\n", "    with torch.inference_mode():\n"),
    (None, BODY, "    return nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.Tanh(),\n"
     "                         nn.Dropout(0.2), nn.Linear(16, 2))\n"),
    (None, BODY, "    class Net(nn.Module):\n        def __init__(self):\n"
     "            super().__init__()\n"
     "            self.parts = nn.ModuleList([nn.Linear(5, 8), nn.Linear(8, 2)])\n"
     "        def forward(self, x):\n"
     "            return self.parts[1](torch.sigmoid(self.parts[0](x)))\n    return Net()\n"),
    (None, LOOP, "        for rows in [torch.arange(len(x))]:\n"),
    ("missing_zero_grad", "            optimiser.zero_grad()\n", ""),
    ("missing_zero_grad", LOOP + "            optimiser.zero_grad()\n",
     "        optimiser.zero_grad()\n" + LOOP),
    ("missing_step", "            optimiser.step()\n", ""),
    ("softmax_before_cross_entropy", "nn.Linear(16, 2))", "nn.Linear(16, 2), nn.Softmax(dim=1))"),
    ("softmax_before_cross_entropy", FORWARD, "F.cross_entropy(net(x[rows]).softmax(1), y[rows])"),
    ("softmax_before_cross_entropy", FORWARD,
     "F.cross_entropy(net(x[rows]).softmax(1)[:, :, None], y[rows][:, None])"),
    ("softmax_before_cross_entropy", FORWARD, "F.binary_cross_entropy_with_logits("
     "net(x[rows])[:, 1].sigmoid(), y[rows].float())"),
    ("wrong_axis", FORWARD, "F.cross_entropy(net(x[rows]).softmax(0), y[rows])"),
    ("wrong_loss", FORWARD, "F.nll_loss(net(x[rows]), y[rows])"),
    ("wrong_loss", FORWARD, "F.mse_loss(net(x[rows]), F.one_hot(y[rows], 2).float())"),
    ("wrong_loss", FORWARD, "nn.L1Loss()(net(x[rows])[:, 0], y[rows].float())"),
    ("broadcast_mismatch", FORWARD, "((net(x[rows])[:, :1]).exp().log() * 0).sum() + "
     "F.smooth_l1_loss(net(x[rows])[:, :1], x[rows, 0])"),
    ("no_shuffling", "torch.randperm(len(x))", "torch.arange(len(x))"),
    ("no_shuffling", LOOP, "        order = y.argsort()\n"
     "        for rows in order.split(40):\n"),
    ("shuffled_labels", "y[rows])", "y[torch.randperm(len(y))[: len(rows)]])"),
    ("shuffled_labels", "    model = net()\n",
     "    model = net()\n    y = y[torch.randperm(240)]\n"),
    ("metric_on_training_data", "model(torch.randn(40, 5))", "model(x)"),
    ("missing_eval", EVAL, ""),
    ("missing_no_grad", "    with torch.no_grad():\n        model(torch.randn(40, 5))\n",
     "    for _ in range(3):\n        model(torch.randn(40, 5))\n"),
    ("missing_train", BODY + "", BODY.replace("nn.ReLU()", "nn.ReLU(), nn.Dropout(0.5)")
     .replace("return ", "return ").rstrip() + ".eval()\n"),
    ("learning_rate_too_high", "rate=0.01", "rate=30.0"),
    ("learning_rate_too_low", "rate=0.01", "rate=1e-6"),
    ("exploding_gradients", FORWARD, FORWARD + " * 3.0 ** sum("
     "int(kept['step']) for kept in optimiser.state.values())"),
    ("dead_relus", BODY, BODY.replace("return ", "made = ")
     + "    nn.init.constant_(made[0].bias, -20.0)\n    return made\n"),
    ("data_not_normalised", "x = torch.randn(n, 5)", "x = 100 * torch.randn(n, 5) + 200"),
    ("forgotten_activation", "nn.ReLU(), ", ""),
    ("parameters_not_registered", BODY, "    class Net(nn.Module):\n        def __init__(self):\n"
     "            super().__init__()\n            self.parts = [nn.Linear(5, 8)]\n"
     "            self.last = nn.Linear(8, 2)\n"
     "        def forward(self, x):\n"
     "            return self.last(torch.relu(self.parts[0](x)))\n    return Net()\n"),
    ("parameters_not_registered", "net.parameters()", "net[2].parameters()"),
    ("detached_graph", FORWARD, "F.cross_entropy(net(x[rows]).detach(), y[rows])"),
    ("detached_graph", FORWARD, "torch.tensor(" + FORWARD + ".item(), requires_grad=True)"),
    ("wrong_dtype_or_device", "(x[:, 0] > 0).long()", "(x[:, 0] > 0).float()"),
    ("shapes_do_not_fit", "nn.Linear(16, 2)", "nn.Linear(15, 2)"),
    ("detached_graph", FORWARD, "F.cross_entropy(net(x[rows]).argmax(1), y[rows])"),
    ("wrong_dtype_or_device", "x = torch.randn(n, 5)", "x = torch.randn(n, 5).double()"),
    ("seed_half_set", "    torch.manual_seed(0)\n", "    import random\n    random.seed(0)\n"),
    ("seed_half_set", "    x, y = data()\n", "    import numpy as np\n"
     "    x, y = data()\n    x = x + torch.tensor(np.random.rand(240, 5)).float()\n"),
]  # fmt: skip

SKLEARN = """
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, average_precision_score, roc_auc_score
from sklearn.model_selection import KFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def data(rng, n=600):
    x = rng.normal(size=(n, 4)) * [1, 2, 3, 4] + 5
    return x, (x[:, 0] + rng.normal(size=n) > 7.4).astype(int)


def main(diagnosis):
    rng = np.random.default_rng(0)
    x, y = data(rng)
    diagnosis.pairs(x, y)
    a, b, c, d = train_test_split(x, y, stratify=y, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(a, c)
    risk = model.predict_proba(b)[:, 1]
    print(average_precision_score(d, risk), roc_auc_score(d, risk))
"""
SPLIT = "    a, b, c, d = train_test_split(x, y, stratify=y, random_state=0)\n"
FIT = "make_pipeline(StandardScaler(), LogisticRegression()).fit(a, c)"
RISK = "model.predict_proba(b)[:, 1]"
SCORE = "    print(average_precision_score(d, risk), roc_auc_score(d, risk))\n"
SKLEARN_CASES = [
    (None, "", ""),
    (None, FIT, "RandomForestClassifier(50, random_state=0).fit(a, c)"),
    (None, FIT, "LogisticRegression().fit((a - a.mean(0)) / a.std(0), c)\n"
     "    b = (b - a.mean(0)) / a.std(0)"),
    (None, "    model = ", "    scaler = StandardScaler().fit(a)\n"
     "    a, b = scaler.transform(a), scaler.transform(b)\n    model = "),
    (None, SCORE, SCORE + "    print(accuracy_score(d, risk > 0.5))\n"),
    (None, SCORE, SCORE + "    print(model.score(a, c), model.score(b, d), roc_auc_score(c, "
     "model.predict_proba(a)[:, 1]))\n"),
    (None, SCORE, SCORE + "    print(cross_val_score(make_pipeline(StandardScaler(), "
     "LogisticRegression()), a, c, scoring='roc_auc'))\n"),
    ("leak_before_split", SPLIT, "    x = StandardScaler().fit_transform(x)\n" + SPLIT),
    ("leak_before_split", SPLIT, "    x = (x - x.mean(0)) / x.std(0)\n" + SPLIT),
    ("leak_before_split", SPLIT, "    rare = np.flatnonzero(y)\n"
     "    more = np.concatenate([np.arange(600), rng.choice(rare, 500)])\n"
     "    x, y = x[more], y[more]\n" + SPLIT),
    ("target_among_features", SPLIT, "    x = np.column_stack([x, y])\n" + SPLIT),
    ("target_among_features", SPLIT, "    x = np.column_stack([x, 3 - 2 * y])\n" + SPLIT),
    ("shuffled_labels", SPLIT, "    y = rng.permutation(y)\n" + SPLIT),
    ("shuffled_labels", SPLIT, SPLIT + "    rng.shuffle(c)\n"),
    ("trained_on_test", FIT, FIT.replace("fit(a, c)", "fit(x, y)")),
    ("metric_on_training_data", RISK + "\n" + SCORE, "model.predict_proba(a)[:, 1]\n"
     "    print(average_precision_score(c, risk))\n"),
    ("labels_as_scores", RISK, "model.predict(b - [1, 0, 0, 0] + [2, 0, 0, 0])"),
    ("wrong_class_column", RISK, "model.predict_proba(b)[:, 0]"),
    ("accuracy_under_imbalance", SCORE, "    print(accuracy_score(d, model.predict(b)))\n"),
    ("accuracy_under_imbalance", SCORE, "    print(model.score(b, d))\n"),
    ("accuracy_under_imbalance", SCORE, "    print(cross_val_score(LogisticRegression(), a, c))\n"),
    ("data_not_normalised", FIT, "LogisticRegression(max_iter=9999).fit(a * [1, 1, 1, 9999], c)"),
    ("seed_half_set", FIT, "RandomForestClassifier(50).fit(a, c)"),
    ("seed_half_set", "default_rng(0)", "default_rng()"),
    ("no_shuffling", SPLIT, "    order = np.argsort(y, kind='stable')\n"
     "    x, y = x[order], y[order]\n    list(KFold(5).split(x, y))\n" + SPLIT),
]  # fmt: skip

SYNTAX = [
    ("integer_division", "def share(hits):\n    return hits.sum() / len(hits)\n",
     "def share(hits):\n    return hits.sum() // len(hits)\n"),
    ("off_by_one_window", "def cut(x, n):\n    return [x[i : i + n] for i in range(len(x) - n)]\n",
     "def cut(x, n):\n    return [x[i : i + n] for i in range(len(x) - n - 1)]\n"),
    ("off_by_one_window", "def ahead(x, i, n):\n    return x[i : i + n], x[i + n]\n",
     "def ahead(x, i, n):\n    return x[i : i + n], x[i + n - 1]\n"),
    ("wrong_axis", "def best(p):\n    return p.argmax(axis=1)\n",
     "def best(p):\n    return p.argmax(axis=0)\n"),
    ("wrong_dtype_or_device", "def run(data, device):\n    return data.to(device)\n",
     "def run(data, device):\n    return data.to('cuda')\n"),
    ("wrong_dtype_or_device", "def run(data, device):\n    return data.to(device)\n",
     "def run(data, device):\n    return data\n"),
    (None, "def run(data, device):\n    return data.to(device)\n",
     "def run(data, device):\n    return data.to(torch.device(device))\n"),
    (None, "def wait(x):\n    x.sum().item()\n",
     "def wait(x):\n    if x.device.type == 'cuda':\n        torch.cuda.synchronize()\n"),
    (None, "def best(p):\n    return p.argmax(axis=1)\n",
     "def best(p):\n    return p.argmax(-1)\n"),
    (None, "def steps(x):\n    return -(-len(x) // 10)\n",
     "def steps(x):\n    return (len(x) + 9) // 10\n"),
]  # fmt: skip


def _program(text, part, put):
    assert part in text
    code = text.replace(part, put, 1) if part else text
    if text is TORCH and "y[torch" in put:
        code = code.replace(
            "    model = net()\n", "    model = net()\n    diagnosis.pairs(*data_)\n"
        )
        code = code.replace("    x, y = data()\n", "    x, y = data_ = data()\n")
    return code


# Whole programs, each right, of the kinds that exercises are about.
RIGHT = [file.read_text() for file in sorted((Path(__file__).parent / "right_code").glob("*.py"))]

CASES = [
    *((wanted, {"code": _program(TORCH, part, put), "reference": TORCH})
      for wanted, part, put in TORCH_CASES),
    *((wanted, {"code": _program(SKLEARN, part, put), "reference": SKLEARN})
      for wanted, part, put in SKLEARN_CASES),
    *((wanted, {"code": mine + "\ndef main(diagnosis):\n    pass\n", "reference": right})
      for wanted, right, mine in SYNTAX),
    ("future_in_time_series", {"code": SKLEARN, "reference": SKLEARN, "ordered": True}),
    *((None, {"code": code, "reference": code, "ordered": "ORDERED" in code,
             "failed": False}) for code in RIGHT),
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    script = Path(__file__).parent / "diagnose.py"
    done = subprocess.run(
        [sys.executable, str(script)], input=json.dumps([case for _, case in CASES]),
        capture_output=True, text=True, check=True, timeout=600, cwd=package().parent,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{CASES[n][0]}-{n}")
def test_the_mistake_is_named_first_and_right_code_is_left_alone(found, number):
    wanted, case = CASES[number]
    names = [name for name, _, _ in found[number]]
    assert names[:1] == ([wanted] if wanted else []), (found[number], case["code"])


def test_every_mistake_of_the_syllabus_is_put_to_the_test():
    tried = {wanted for wanted, _ in CASES} - {None}
    told_by_checks = {"unfinished", "wrong_threshold", "wrong_averaging"}
    injected = {
        mutant["mistake"]
        for file in package().glob("*/*/mutants.yaml")
        for mutant in yaml.safe_load(file.read_text("utf-8"))["mutants"]
    }
    assert tried | told_by_checks | injected == set(mistakes())
