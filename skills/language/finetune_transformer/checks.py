"""What a learner's own fine-tuning must do, whatever its style."""

import copy
from functools import cache
from typing import Any

import numpy as np
import torch

from skills.language.text_classification.checks import pieces

STAGES = ["centres", "frozen", "tuned"]


@cache
def _small() -> Any:
    from transformers import BertConfig, BertModel

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return BertModel(BertConfig(vocab_size=500, hidden_size=16, num_hidden_layers=6,
                                    num_attention_heads=2, intermediate_size=32))  # fmt: skip


def transformer() -> Any:
    """Return a stand-in for tokeniser and net: the same kind of model, very small and untrained."""
    return tokenizer, copy.deepcopy(_small())


def tokenizer(texts: list[str], **settings: Any) -> Any:
    """Return numbers for words, as a tokeniser of the library would."""
    from transformers import BatchEncoding

    return BatchEncoding(pieces(texts, **settings))


def _texts(rng: Any, count: int) -> list[str]:
    return [" ".join("w" * n for n in rng.integers(1, 90, rng.integers(1, 14)))
            for _ in range(count)]  # fmt: skip


def check_split(work: Any, tools: Any) -> None:
    """Each intent gives 30 utterances to learn from; the others are for the test alone."""
    intents = dict(list(tools.data().items())[:9])
    told = {text: n for n, texts in enumerate(intents.values()) for text in texts}
    for seed in tools.seeds[:2]:
        learn, test, y, y_test = work.split({k: list(v) for k, v in intents.items()}, seed)
        tools.same(len(learn), 30 * 9, "utterances to learn from")
        both = len({*learn} & {*test})
        if both:
            evidence = f"{both} utterances are both learned from and tested on"
            tools.mistake("trained_on_test", evidence, work.split)
        tools.same(both, 0, "test utterances that are also learned from")
        off = sum(told[x] != n for x, n in zip([*learn, *test], [*y, *y_test], strict=True))
        if off:
            tools.mistake("shuffled_labels", f"{off} utterances have another's intent", work.split)
        tools.same(off, 0, "utterances with the intent of another")
        again = work.split(intents, seed)[0]
        if list(again) != list(learn):
            tools.mistake("seed_half_set", "one seed gives two splits", work.split)
        tools.same(list(again), list(learn), "the split, made twice with one seed")


def check_vectors(work: Any, tools: Any) -> None:
    """A text's vector is the mean over its own word pieces, of length 1."""
    unit = torch.nn.functional.normalize
    for seed in tools.seeds:
        texts, (_, net) = _texts(tools.rng(seed), 12), transformer()
        words = tokenizer(texts, max_length=16)
        with torch.no_grad():
            states = net.eval()(**words).last_hidden_state
            got = work.vectors(net, tokenizer, list(texts))
        there = words["attention_mask"][:, :, None].float()
        mean = (states * there).sum(1) / there.sum(1)
        wrong = {"missing_as_zero": unit(states.mean(1)), "data_not_normalised": mean}
        tools.same(got, unit(mean), "vectors of texts", at=work.vectors, wrong=wrong,
                   tolerance=1e-4)  # fmt: skip


def check_encode(work: Any, tools: Any) -> None:
    """Vectors for a test come without dropout and gradients, in the order of the texts."""
    texts, (_, net) = np.array(_texts(tools.rng(1), 90)), transformer()
    graphs: list[bool] = []
    net.train().register_forward_pre_hook(lambda *_: graphs.append(torch.is_grad_enabled()))
    got, again = (work.encode(net.train(), tokenizer, texts).detach() for _ in range(2))
    if any(graphs):
        tools.mistake("missing_no_grad", "the net is asked with gradients on", work.encode)
        tools.fail("encode: expected no gradients to be kept")
    if not torch.allclose(got, again, atol=1e-5):
        evidence = "a second call gives other vectors: dropout is still at work"
        tools.mistake("missing_eval", evidence, work.encode)
    right = tools.reference.encode(net, tokenizer, texts)
    tools.same(got, right, "vectors of 90 texts", tolerance=1e-4, at=work.encode)


def check_freeze(work: Any, tools: Any) -> None:
    """The embeddings and the lower layers stay as they are, the upper layers may learn."""
    for frozen in (3, 1):
        _, net = transformer()
        with tools.settings(work, FROZEN=frozen):
            work.freeze(net)
        parts = [net.embeddings, *net.encoder.layer]
        free = [any(p.requires_grad for p in part.parameters()) for part in parts]
        right = [number > frozen for number in range(7)]
        if free != right:
            evidence = f"embeddings and six layers, True where weights may change: {free}"
            tools.mistake("wrong_layers_frozen", evidence, work.freeze)
        tools.same(free, right, "which of embeddings and layers may change")


def check_centres(work: Any, tools: Any) -> None:
    """Each intent begins with the mean of its vectors, of length 1."""
    unit = torch.nn.functional.normalize
    for seed in tools.seeds:
        rng = tools.rng(seed)
        known = unit(torch.tensor(rng.normal(size=(60, 8)), dtype=torch.float32))
        y = np.concatenate([np.arange(5), rng.integers(0, 5, 55)])
        mean = torch.stack([known[y == n].mean(0) for n in range(5)])
        wrong = {"data_not_normalised": mean, "wrong_axis": unit(mean, dim=0)}
        tools.same(work.centres(known.clone(), y.copy()), unit(mean), "centres",
                   at=work.centres, wrong=wrong, tolerance=1e-4)  # fmt: skip


def check_pace(work: Any, tools: Any) -> None:
    """The rate rises in the first tenth of the steps, and falls to 0 in the others."""
    for total in (200, 400):
        got = [float(work.pace(step, total)) for step in range(total)]
        if got[0] > 0.5:
            evidence = f"the first step has {got[0]:.0%} of the full rate"
            tools.mistake("warm_up_missing", evidence, work.pace)
        right = [tools.reference.pace(step, total) for step in range(total)]
        tools.same(got, right, "share of the rate at each step", tolerance=0.06)


def check_train(work: Any, tools: Any) -> None:
    """Only the upper layers and the directions change, in training mode, step by step."""
    rng = tools.rng(5)
    texts, y = np.array(_texts(rng, 112)), torch.tensor(rng.integers(0, 4, 112))
    _, net = transformer()
    modes: list[bool] = []
    net.register_forward_pre_hook(lambda *_: modes.append(net.training))
    tools.reference.freeze(net.eval())
    heads = torch.nn.Parameter(torch.tensor(rng.normal(size=(4, 16)), dtype=torch.float32))
    weights = {**dict(net.named_parameters()), "heads": heads}
    before = {name: weight.detach().clone() for name, weight in weights.items()}
    with tools.settings(work, BATCH=8, EPOCHS=1):
        told, _ = tools.drain(work.train(net, heads, tokenizer, texts, y))
    tools.same(told[-1].get("step"), told[-1].get("total"), "the last step told")
    if not any(modes):
        tools.mistake("missing_train", "the net never was in training mode", work.train)
    tools.hold(all(modes), "train: expected the net to be in training mode")
    moved = {name for name, weight in weights.items() if not weight.equal(before[name])}
    upper = any(name.startswith(f"encoder.layer.{n}.") for name in moved for n in (3, 4, 5))
    if not upper and "heads" in moved:
        evidence = "the directions change, and no weight of the upper layers does"
        tools.mistake("detached_graph", evidence, work.train)
    if upper and "heads" not in moved:
        evidence = "the directions of the intents never change"
        tools.mistake("parameters_not_registered", evidence, work.train)
    tools.hold(upper, "train: expected the weights of the upper layers to change")
    tools.hold("heads" in moved, "train: expected the directions to change")
    low = [name for name in moved if name.startswith(("embeddings", "encoder.layer.0."))]
    tools.same(low, [], "frozen weights that changed")


def check_run(work: Any, tools: Any) -> None:
    """Both ways are measured on utterances that were put aside, and a seed repeats a run."""
    intents = {name: texts[:24] for name, texts in list(tools.data().items())[:8]}
    few = {"LEARNED": 14, "EPOCHS": 1, "BATCH": 16}
    first, second = (tools.run(work, intents, seed=4, transformer=transformer, **few)
                     for _ in range(2))  # fmt: skip
    tools.repeated(first, second, STAGES)
    reference = tools.reference
    with tools.settings(work, LEARNED=14):
        learn, test, y, y_test = work.split(intents, 4)
    _, net = transformer()
    known, asked = (reference.encode(net, tokenizer, list(texts)) for texts in (learn, test))
    homes = reference.centres(known, y)
    right, seen = (float(np.mean((x @ homes.T).argmax(1).numpy() == truth))
                   for x, truth in ((asked, y_test), (known, y)))  # fmt: skip
    tools.same(first["centres"]["metrics"]["accuracy"], right, "accuracy of the nearest centre",
               tolerance=0.02, at=work.run, wrong={"metric_on_training_data": seen})  # fmt: skip
    line = reference.LogisticRegression(C=10, max_iter=1000).fit(known, y)
    right, seen = line.score(asked, y_test), line.score(known, y)
    tools.same(first["frozen"]["metrics"]["accuracy"], right, "accuracy with frozen vectors",
               tolerance=0.04, at=work.run, wrong={"metric_on_training_data": seen})  # fmt: skip
    tools.at_most(first["tuned"]["metrics"]["alike"], 1.0001, "mean cosine of before and after")
