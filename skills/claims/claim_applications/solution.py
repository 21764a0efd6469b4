"""Boosting and a network, on rows of a table and on images: who wins where, and by how much."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from torch import nn

from skills.data import load

DRAWS, STEPS, BATCH, RATE, ROUNDS, LEARNED = 5, 300, 50, 0.003, 40, 1000
Progress = Generator[dict[str, Any], None, Any]


def rows(loans: pd.DataFrame) -> tuple[Any, Any]:
    """Return loans as numbers (n, columns), NaN where one is missing, and which went bad."""
    x = pd.get_dummies(loans.drop(columns=["bad"]), dtype=float)
    return x.to_numpy(np.float32), loans["bad"].to_numpy()


def boosting(x: Any, y: Any, new: Any, seed: int) -> Any:
    """Return the chance of each class, for new rows or images, from boosted trees."""
    model = HistGradientBoostingClassifier(max_iter=ROUNDS, learning_rate=0.1, max_leaf_nodes=8,
                                           max_features=0.3, random_state=seed)  # fmt: skip
    return model.fit(x.reshape(len(x), -1), y).predict_proba(new.reshape(len(new), -1))


def layers(shape: Any, classes: int) -> nn.Sequential:
    """Return a network for rows (one number in `shape`), or for images (two of them)."""
    if len(shape) == 1:
        body = [nn.Linear(shape[0], 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 64)]
    else:
        body = [nn.Unflatten(1, (1, 14)), nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
                nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                nn.Flatten(), nn.Dropout(0.3), nn.Linear(288, 64)]  # fmt: skip
    return nn.Sequential(*body, nn.ReLU(), nn.Linear(64, classes))


def network(x: Any, y: Any, new: Any, seed: int) -> Any:
    """Return the chance of each class, for new rows or images, from a network trained on x."""
    torch.manual_seed(seed)
    middle, spread = np.nanmean(x, axis=0), np.nanstd(x, axis=0) + 1e-3
    seen, asked = (torch.tensor(np.nan_to_num((part - middle) / spread)).clip(-5, 5)
                   for part in (x, new))  # fmt: skip
    net, answers = layers(x.shape[1:], int(y.max()) + 1), torch.tensor(y)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    for _ in range(STEPS):
        batch = torch.randperm(len(seen))[:BATCH]
        loss = nn.functional.cross_entropy(net(seen[batch]), answers[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    net.eval()
    with torch.no_grad():
        return net(asked).softmax(1).numpy()


def contest(stage: str, fit: Any, x: Any, y: Any, seed: int) -> Progress:
    """Yield the score of each draw, and return all: ROC AUC for two classes, else share right."""
    scores = []
    for draw in range(seed * DRAWS, (seed + 1) * DRAWS):  # the same for both models
        split = train_test_split(x, y, test_size=0.3, stratify=y, random_state=draw)
        known, new, answers, truth = split
        size = LEARNED if x.ndim == 3 else len(known)
        chances = fit(known[:size], answers[:size], new, draw)
        right = np.mean(chances.argmax(1) == truth)
        scores.append(roc_auc_score(truth, chances[:, 1]) if chances.shape[1] == 2 else right)
        yield {"stage": stage, "step": len(scores), "total": DRAWS, "score": scores[-1]}
    return np.array(scores)


def decide(loans: Any, images: Any) -> str:
    """Return the verdict on the leads of the network, draw by draw, on loans and on images."""
    if any(lead.min() <= 0 <= lead.max() for lead in (loans, images)):
        return "undecided"  # on one of the two the draws disagree
    return "held" if loans.max() < 0 < images.min() else "refuted"


def run(data: Any, seed: int = 0, device: str = "cpu") -> Progress:
    """Yield what both models reach on loans and on images, and the verdict."""
    small = data[0].reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))  # half the height and width
    tasks, leads = {"loans": rows(load("credit_data")), "images": (small, data[1])}, {}
    for task, (x, y) in tasks.items():
        trees = yield from contest(f"{task}_boosting", boosting, x, y, seed)
        yield {"stage": f"{task}_boosting", "metrics": {"score": trees.mean()}}
        net = yield from contest(f"{task}_network", network, x, y, seed)
        leads[task] = lead = net - trees
        told = {"score": net.mean(), "lead": lead.mean(), "least": lead.min(), "most": lead.max()}
        verdict = {"verdict": decide(**leads)} if task == "images" else {}
        yield {"stage": f"{task}_network", "metrics": told, **verdict}


if __name__ == "__main__":
    for progress in run(load("mnist_5000")):
        print(progress)
