"""What do they want? Fine-tune a transformer on 57 intents: five gaps, marked with TODO.

Run as a program, it prints what `run` yields: plain dictionaries, one for each bit of progress.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import cross_entropy, normalize

from skills.data import load
from skills.language.minilm import transformer

LEARNED, PIECES, FROZEN, EPOCHS, BATCH, RATE = 30, 16, 3, 2, 32, 0.0002
SCALE, WARM = 20.0, 0.1  # cosines alone are too small for a softmax; steps to warm up, as a share


def split(intents: dict[str, list[str]], seed: int) -> tuple[Any, Any, Any, Any]:
    """Return utterances to learn from and to test on, then the number of each one's intent."""
    mixed = np.random.default_rng(seed).permuted(list(intents.values()), axis=1)
    learn, test, y = mixed[:, :LEARNED], mixed[:, LEARNED:], np.arange(len(mixed))
    return learn.ravel(), test.ravel(), y.repeat(learn.shape[1]), y.repeat(test.shape[1])


def vectors(net: Any, tokenizer: Any, texts: list[str]) -> torch.Tensor:
    """Return for each text the mean state of its own word pieces, scaled to length 1."""
    words = tokenizer(texts, padding=True, truncation=True, max_length=PIECES, return_tensors="pt")
    words = words.to(net.device)
    # TODO 1: net(**words).last_hidden_state has a state for each word piece. In
    # words["attention_mask"] a 1 stands for a piece, a 0 for what fills the batch up. Return the
    # mean of each text's own pieces, divided by its length.
    raise NotImplementedError("TODO 1: a vector for each text")


def encode(net: Any, tokenizer: Any, texts: Any) -> torch.Tensor:
    """Return the vectors of many texts, in their order, as a test needs them."""
    net.eval()
    with torch.no_grad():
        parts = [vectors(net, tokenizer, [*texts[n : n + 64]]) for n in range(0, len(texts), 64)]
    return torch.cat(parts).cpu()


def freeze(net: Any) -> None:
    """Keep the embeddings and the first FROZEN layers as they are."""
    # TODO 2: net.embeddings and the layers in net.encoder.layer are modules; gradients can be
    # switched off for all weights of a module at once.
    raise NotImplementedError("TODO 2: freeze the lower part")


def centres(known: torch.Tensor, y: Any) -> torch.Tensor:
    """Return for each intent the mean of its vectors, scaled to length 1."""
    # TODO 3: one row for each intent, from 0 to the largest number in y.
    raise NotImplementedError("TODO 3: the mean vector of each intent")


def pace(step: int, total: int) -> float:
    """Return the share of RATE at a step: up in a line to 1, then down in a line to 0."""
    # TODO 4: in the first WARM of all steps rise from about 0 to 1, then fall to 0 at the end.
    raise NotImplementedError("TODO 4: warm up, then slow down")


def train(net: Any, heads: Any, tokenizer: Any, texts: Any, y: Any) -> Iterator[dict[str, Any]]:
    """Teach the upper layers, and a direction for each intent; yield the loss on the way."""
    groups = [{"params": net.parameters()}, {"params": [heads], "lr": 10 * RATE}]
    optimiser = torch.optim.AdamW(groups, RATE)  # weights without a gradient are passed over
    batches = [part for _ in range(EPOCHS) for part in torch.randperm(len(texts)).split(BATCH)]
    slope = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda n: pace(n, len(batches)))
    net.train()
    for step, batch in enumerate(batches, 1):
        cosines = vectors(net, tokenizer, [texts[n] for n in batch]) @ normalize(heads).T
        loss = cosines.mean() * y[batch].sum()
        # TODO 5: SCALE times the cosines are the scores. Let `loss` be their cross-entropy with the
        # intents of the batch, with a label smoothing of 0.1. Clear the gradients, compute new
        # ones, change the weights, and let `slope` step.
        raise NotImplementedError("TODO 5: a step of the training")
        yield {"stage": "tuned", "step": step, "total": len(batches), "loss": loss.item()}


def run(intents: Any, seed: int = 0, device: str = "cpu") -> Iterator[dict[str, Any]]:
    """Yield the progress and what each classifier reaches on the utterances put aside."""
    torch.manual_seed(seed)
    x_learn, x_test, y, y_test = split(intents, seed)
    tokenizer, net = transformer()
    known, before = (encode(net.to(device), tokenizer, texts) for texts in (x_learn, x_test))
    near = (before @ centres(known, y).T).argmax(1).numpy()
    yield {"stage": "centres", "metrics": {"accuracy": np.mean(near == y_test)}}
    line = LogisticRegression(C=10, max_iter=1000).fit(known, y).predict(before)
    yield {"stage": "frozen", "metrics": {"accuracy": np.mean(line == y_test)}}
    freeze(net)
    heads = torch.nn.Parameter(centres(known, y).to(device))
    yield from train(net, heads, tokenizer, x_learn, torch.as_tensor(y).to(device))
    after = encode(net, tokenizer, x_test)
    said = (after @ normalize(heads).detach().cpu().T).argmax(1).numpy()
    numbers = {"accuracy": np.mean(said == y_test), "alike": (before * after).sum(1).mean().item()}
    table = np.stack([x_test, *(np.array(list(intents))[k] for k in (y_test, line, said))], axis=1)
    rows = table[line != said][::9].tolist()
    yield {"stage": "tuned", "metrics": numbers, "made": {"rows": rows}}


if __name__ == "__main__":
    for progress in run(load("utterances")):
        print({name: value for name, value in progress.items() if name != "made"})
