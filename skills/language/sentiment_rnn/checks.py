"""What a learner's own reader of reviews must do, whatever its style."""

from typing import Any

import numpy as np
import torch

from skills.language.measured import measured

STAGES = ["always", "gru", "line"]
TEXTS = ["Not good. Not good at all!", "GOOD", "", "Why, o why? It isn't what it was, good " * 12]


def check_split(work: Any, tools: Any) -> None:
    """Reviews keep their labels, and no review is on both sides."""
    reviews = tools.data()
    x_train, x_test, y_train, y_test = work.split(reviews.copy())
    tools.same(len(y_train), len(x_train), "labels to learn from")
    tools.at_least(len(x_test), 950, "test reviews")
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if not np.array_equal(reviews["great"].loc[x.index].to_numpy(), np.asarray(y)):
            tools.mistake("shuffled_labels", "reviews have the stars of other reviews", work.split)
            tools.fail("split: expected the label of each review")
    both = len(set(x_train) & set(x_test))
    if both:
        evidence = f"{both} test reviews are, word by word, among those to learn from"
        tools.mistake("trained_on_test", evidence, work.split)
    tools.same(both, 0, "test reviews that are also learned from")


def check_encode(work: Any, tools: Any) -> None:
    """Words become numbers in order; unknown ones 1, and 0 after the end."""
    numbers = tools.reference.vocabulary([*TEXTS, *TEXTS, *TEXTS])
    tools.same(work.vocabulary([*TEXTS, *TEXTS, *TEXTS]), numbers, "numbers of the words")
    few = tools.reference.vocabulary(TEXTS)
    tools.same(work.vocabulary(TEXTS), few, "numbers of the words, most of which are rare")
    texts = [*TEXTS, "good, unheard of!"]
    right = tools.reference.encode(texts, numbers)
    got = work.encode(texts, numbers)
    tools.shape(got, (5, work.LENGTH), "the encoded reviews")
    late = torch.cat([right[:, 1:], torch.zeros(5, 1, dtype=right.dtype)], 1)
    tools.same(got, right, "the encoded reviews", at=work.encode,
               wrong={"off_by_one_window": late})  # fmt: skip


def check_reader(work: Any, tools: Any) -> None:
    """Each review gets a raw score by itself; what fills it up does not count."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = work.Reader(50).eval()
        x = torch.randint(1, 50, (6, 20))
        x[:3, 12:] = 0
        score = net(x)
        if tuple(score.shape) == (6, 1):
            tools.mistake("broadcast_mismatch", "scores have shape (6, 1)", work.Reader)
        tools.shape(score, (6,), "scores for six reviews")
        alone = torch.cat([net(row[None]) for row in x])
        if not torch.allclose(alone, score, atol=1e-5):
            evidence = "a review's score depends on the other reviews of its batch"
            tools.mistake("wrong_axis", evidence, work.Reader)
        tools.same(alone, score, "scores of reviews alone", tolerance=1e-4)
        filled = net(torch.cat([x, torch.zeros(6, 9, dtype=x.dtype)], 1))
        if not torch.allclose(filled, score, atol=1e-5):
            evidence = "more zeros after the end of a review change its score"
            tools.mistake("missing_as_zero", evidence, work.Reader)
        tools.same(filled, score, "scores of reviews with more zeros at the end", tolerance=1e-4)
        turned = net(x.flip(1)[3:])
        tools.at_least(float((turned - score[3:]).abs().max().detach()), 1e-6,
                       "effect of reading a review backwards")  # fmt: skip


def check_train(work: Any, tools: Any) -> None:
    """Training finds the word that decides, nearly as well as the reference's does."""
    rng = tools.rng(2)
    x = torch.tensor(rng.integers(2, 60, (1200, 12)))
    y = (x == 7).any(1).float()
    tools.pairs(x, y)
    reached = []
    for module in (work, tools.reference):
        with tools.settings(module, EPOCHS=8):
            tools.seed(3)
            net = module.Reader(60)
            before = [weights.detach().clone() for weights in net.parameters()]
            told, _ = tools.drain(module.train(net, x[:900], y[:900]))
        tools.hold(told and "loss" in told[-1], "train: expected `loss` in what it yields")
        with torch.no_grad():
            scores = net.eval()(x[900:])
        reached.append(tools.reference.roc_auc_score(y[900:], scores.nan_to_num()))
        if module is work:
            pairs = zip(net.parameters(), before, strict=True)
            moved = max(float((weights - old).abs().max()) for weights, old in pairs)
            blind = all(weights.grad is None for weights in net.parameters())
            span = float(scores.min()), float(scores.max())
    if span[0] >= 0 and span[1] <= 1:
        evidence = f"scores after training lie between {span[0]:.2f} and {span[1]:.2f}"
        tools.mistake("softmax_before_cross_entropy", evidence, work.Reader)
        tools.fail("Reader: expected raw scores, which the loss turns into probabilities itself")
    if not reached[0] >= reached[1] - 0.05:
        _explain(work, tools, moved, blind)
    tools.at_least(reached[0], reached[1] - 0.05, "ROC AUC on a word that decides")


def _explain(work: Any, tools: Any, moved: float, blind: bool) -> None:
    """Name what a training that got nowhere looks like."""
    if blind:
        tools.mistake("detached_graph", "no weight got a gradient in eight epochs", work.train)
    elif moved == 0:
        tools.mistake("missing_step", "no weight has changed in eight epochs", work.train)
    elif moved < 1e-2:
        evidence = f"no weight has moved by more than {moved:.1g} in eight epochs"
        tools.mistake("learning_rate_too_low", evidence, work.train)
    elif not moved < 20:
        evidence = f"a weight has moved by {moved:.3g} in eight epochs"
        tools.mistake("learning_rate_too_high", evidence, work.train)


def check_probabilities(work: Any, tools: Any) -> None:
    """Probabilities come without dropout and without gradients, the same each time."""
    for seed in tools.seeds:
        tools.seed(seed)
        net = tools.reference.Reader(40)
        with torch.no_grad():
            net.score.weight *= 20
        x = torch.randint(1, 40, (301, 15))
        right = tools.reference.probabilities(net, x)
        got, graphs = _watched(work.probabilities, net.train(), x)
        if any(graphs):
            tools.mistake(
                "missing_no_grad", "the net is asked with gradients on", work.probabilities
            )
            tools.fail("probabilities: expected no gradients to be kept")
        got = np.asarray(got.detach() if torch.is_tensor(got) else got)
        tools.shape(got, (301,), "probabilities")
        with torch.no_grad():
            raw = net.eval()(x).numpy()
        wrong = {"labels_as_scores": (right >= 0.5).astype(float), "wrong_class_column": 1 - right,
                 "forgotten_activation": raw}  # fmt: skip
        if not np.allclose(got, work.probabilities(net.train(), x), atol=1e-6):
            evidence = "a second call gives other probabilities: dropout is still at work"
            tools.mistake("missing_eval", evidence, work.probabilities)
        tools.same(got, right, "probabilities", tolerance=1e-4, at=work.probabilities, wrong=wrong)


def _watched(function: Any, net: Any, x: Any) -> tuple[Any, list[bool]]:
    """Return what a function makes of a net, and whether gradients were on at each call of it."""
    graphs: list[bool] = []
    hook = net.register_forward_hook(lambda *_: graphs.append(torch.is_grad_enabled()))
    got = function(net, x)
    hook.remove()
    return got, graphs


def check_measure(work: Any, tools: Any) -> None:
    """ROC AUC is of the probabilities, accuracy of the answers."""
    measured(work, tools)


def check_run(work: Any, tools: Any) -> None:
    """Words are chosen and weighed by the reviews to learn from, and a seed repeats a run."""
    reviews = tools.data().iloc[3200:4400]
    x_train, _, _, _ = work.split(reviews.copy())
    asked: list[int] = []
    original = work.vocabulary

    def recorded(texts: Any) -> Any:
        asked.append(len(texts))
        return original(texts)

    first = tools.run(work, reviews.copy(), seed=4, EPOCHS=1, vocabulary=recorded)
    second = tools.run(work, reviews.copy(), seed=4, EPOCHS=1)
    if asked[:1] != [len(x_train)]:
        evidence = f"the vocabulary was made from {asked} reviews, and {len(x_train)} are to learn"
        tools.mistake("leak_before_split", evidence, work.run)
        tools.fail("run: expected the vocabulary of the reviews to learn from")
    tools.repeated(first, second, STAGES)
    parts = work.split(reviews.copy())
    right, seen, leaked = (_line(tools, parts, way) for way in ("right", "seen", "leaked"))
    wrong = {"metric_on_training_data": seen, "trained_on_test": leaked,
             "wrong_class_column": {name: 1 - value for name, value in right.items()}}  # fmt: skip
    tools.same(first["line"]["metrics"], right, "line", tolerance=1e-3, at=work.run, wrong=wrong)


def _line(tools: Any, parts: Any, way: str) -> dict[str, float]:
    """Return what counted words measure: right, on learned reviews, or with the test learned."""
    import pandas as pd

    x_train, x_test, y_train, y_test = parts
    if way == "seen":
        x_test, y_test = x_train, y_train
    if way == "leaked":
        x_train, y_train = pd.concat([x_train, x_test]), np.concatenate([y_train, y_test])
    swapped = {"split": lambda _: (x_train, x_test, y_train, y_test), "EPOCHS": 1}
    with tools.settings(tools.reference, **swapped):
        told, _ = tools.drain(tools.reference.run(None))
    return {name: float(value) for name, value in told[-1]["metrics"].items()}
