"""The intent classifier on a small invented world: no model, no network, no files of ours."""

import json
import re
import subprocess
import sys
import zlib

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.evaluation import conversation
from assistant.evaluation import intents as evaluation
from assistant.language import finetune, intents
from assistant.language.encoder import from_bytes
from assistant.language.features import Axes, Grams
from assistant.language.finetune import Recipe, _schedule, set_aside
from assistant.language.intents import IntentClassifier, Validation
from assistant.language.kernel import KernelRidge, families, spread
from assistant.language.rejection import sharpness_of, softmax, threshold

SUBJECTS = ["lamp", "door", "heater", "radio", "fan", "oven", "screen", "pump", "blinds", "kettle"]
PHRASES = {
    "on": ["switch on the {}", "turn the {} on please", "start the {}", "can you start my {}"],
    "off": ["switch off the {}", "stop the {}", "turn off the {} now", "please kill the {}"],
    "cost": ["how much does the {} cost", "price of a {}", "is the {} expensive", "{} price"],
}
WORLD = {
    label: [phrase.format(subject) for subject in SUBJECTS for phrase in phrases]
    for label, phrases in PHRASES.items()
}
STRANGE = [
    f"{verb} {what}"
    for verb in ("sing about", "who painted", "where grows", "translate", "describe")
    for what in ("rivers", "the moon", "old castles", "wild berries")
]
TEXTS = [text for members in WORLD.values() for text in members]
LABELS = [label for label, members in WORLD.items() for _ in members]


def encode(texts):
    """Return unit vectors that share a direction where texts share a word."""
    found = np.zeros((len(texts), 48), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            seed = zlib.crc32(word.encode())
            found[row] += np.random.default_rng(seed).normal(size=48).astype(np.float32)
    return found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-9)


@pytest.fixture(scope="module")
def classifier():
    return IntentClassifier(encode).fit(TEXTS, LABELS, out_of_scope=STRANGE)


def _runs(text):
    """Return the runs of one to three words, by a slow and obvious way."""
    bounded = ["^", *re.findall(r"[\w'+#]+", text.lower()), "$"]
    runs = [
        bounded[start : start + size]
        for size in (1, 2, 3)
        for start in range(len(bounded) - size + 1)
    ]
    return [" ".join(run) for run in runs if run not in (["^"], ["$"])]


@pytest.mark.parametrize(("analyzer", "min_df"), [("words", 1), ("letters", 2)])
def test_grams_equal_those_of_scikit_learn(analyzer, min_df):
    texts = [*TEXTS, "What's  C++ or\tC#?", "été naïve", "", "a a a b", "?!"]
    if analyzer == "words":
        options = {"analyzer": _runs}
    else:
        options = {"analyzer": "char_wb", "ngram_range": (2, 5)}
    theirs = TfidfVectorizer(sublinear_tf=True, min_df=min_df, **options)
    expected = theirs.fit_transform(texts)
    ours = Grams(analyzer, min_df).fit(texts)
    names = list(theirs.get_feature_names_out())
    assert list(ours.vocabulary_.find(names)) == list(range(len(names)))
    assert abs(ours.matrix(texts) - expected).max() < 1e-6
    unseen = ["start the toaster", "zzz", ""]
    assert abs(ours.matrix(unseen) - theirs.transform(unseen)).max() < 1e-6


def _fitted(rows, landmarks=1000):
    texts, classes = TEXTS[:rows], np.arange(rows) % 3
    grams = Grams("words").fit(TEXTS)
    targets = np.eye(3, dtype=np.float32)[classes]
    ridge = KernelRidge(shares=(0.3,), landmarks=landmarks)
    return ridge.fit(encode(texts), [grams.matrix(texts)], targets), grams, targets


def test_held_out_scores_equal_those_of_a_model_fitted_without_the_group():
    whole, grams, targets = _fitted(30)
    group = np.array([4, 11, 29])
    kept = np.setdiff1d(np.arange(30), group)
    texts = [TEXTS[at] for at in kept]
    without = KernelRidge(shares=(0.3,)).fit(encode(texts), [grams.matrix(texts)], targets[kept])
    asked = [TEXTS[at] for at in group]
    expected = without.outputs(
        encode(asked) @ without.landmarks_.T, [[grams.row(text)] for text in asked]
    )
    np.testing.assert_allclose(whole.held_out(targets, [group])[group], expected, atol=1e-4)


def test_nearest_leaves_out_the_group_and_what_is_out_of_scope():
    ridge, _, _ = _fitted(30)
    vectors = encode(TEXTS[:30])
    group = np.array([0, 1])
    cosines = vectors @ vectors.T
    allowed = np.arange(30) % 3 < 2
    allowed[group] = False
    found = ridge.nearest(vectors, [group, np.arange(2, 30)], labels=2)
    np.testing.assert_allclose(found[group], cosines[np.ix_(group, allowed)].max(axis=1), atol=1e-5)


def test_few_landmarks_come_close_to_the_exact_kernel():
    exact, grams, _ = _fitted(60)
    nearly, _, _ = _fitted(60, landmarks=50)
    rows = [[grams.row(text)] for text in TEXTS[:60]]
    vectors = encode(TEXTS[:60])
    one, two = (ridge.outputs(vectors @ ridge.landmarks_.T, rows) for ridge in (exact, nearly))
    assert np.abs(one - two).mean() < 0.1


def test_spread_takes_the_classes_in_turn():
    classes = np.array([0] * 90 + [1] * 10)
    chosen = spread(classes, 20)
    assert np.bincount(classes[chosen]).tolist() == [10, 10]
    assert spread(classes, 100).tolist() == list(range(100))


def test_families_hold_near_copies_of_one_label_together():
    vectors = np.array([[1, 0], [1, 0.01], [0, 1], [1, 0]], dtype=np.float32)
    groups = families(vectors, np.array([0, 0, 0, 1]), alike=0.9)
    assert sorted(group.tolist() for group in groups) == [[0, 1], [2], [3]]


def test_softmax_sharpness_is_recovered():
    random = np.random.default_rng(0)
    outputs = random.normal(size=(4000, 3))
    correct = np.array([random.choice(3, p=row) for row in softmax(outputs, 4.0)])
    assert sharpness_of(outputs, correct) == pytest.approx(4.0, rel=0.1)


def test_threshold_rejects_no_more_than_allowed_and_no_more_than_useful():
    inside = np.linspace(0, 1, 1001)
    assert (inside > threshold(inside, np.array([]), 0.02)).mean() == pytest.approx(0.02, abs=0.002)
    assert (inside > threshold(inside, np.full(9, 0.5), 0.02)).mean() <= 0.021
    apart = threshold(np.linspace(0, 0.3, 100), np.array([0.8, 0.9]), 0.1)
    assert 0.26 <= apart < 0.8


def test_known_phrases_are_recognised(classifier):
    asked = ["turn on the toaster", "switch off the toaster", "what is the price of a toaster"]
    found = classifier.predict(asked)
    assert [one.label for one in found] == ["on", "off", "cost"]
    for one in found:
        assert one.ranked[0] == (one.label, one.probability)
        assert sum(probability for _, probability in one.ranked) == pytest.approx(1)
        assert not one.is_out_of_scope


def test_strange_texts_are_rejected(classifier):
    asked = ["who painted the bridge", "translate mountains", "sing about winter"]
    found = classifier.predict(asked)
    assert all(one.is_out_of_scope and one.outside == "out_of_scope" for one in found)
    assert all(0 <= one.out_of_scope <= 1 for one in found)


def test_without_examples_out_of_scope_the_strange_still_scores_higher():
    classifier = IntentClassifier(encode).fit(TEXTS, LABELS)
    inside = [one.out_of_scope for one in classifier.predict(["start the toaster", "fan price"])]
    outside = [one.out_of_scope for one in classifier.predict(["who painted it", "wild berries"])]
    assert max(inside) < min(outside)
    assert classifier.predict(["wild berries"])[0].outside == ""


def test_kinds_of_out_of_scope_are_told_apart():
    kinds = {"art": STRANGE[4:8] + STRANGE[:4], "nature": STRANGE[8:12]}
    classifier = IntentClassifier(encode).fit(TEXTS, LABELS, kinds)
    found = classifier.predict(["who painted towers", "where grows wheat"])
    assert [one.outside for one in found] == ["art", "nature"]


def test_save_and_load_agree(classifier, tmp_path):
    classifier.save(tmp_path / "model")
    assert {path.suffix for path in (tmp_path / "model").iterdir()} == {".npy", ".json"}
    loaded = IntentClassifier.load(tmp_path / "model", encode)
    asked = [*TEXTS[:5], *STRANGE[:3], "", "zzz"]
    for one, other in zip(classifier.predict(asked), loaded.predict(asked), strict=True):
        assert (one.label, one.is_out_of_scope) == (other.label, other.is_out_of_scope)
        assert one.probability == pytest.approx(other.probability, abs=5e-3)
        assert one.out_of_scope == pytest.approx(other.out_of_scope, abs=5e-3)


def test_fit_is_deterministic_and_takes_known_vectors(classifier):
    again = IntentClassifier(encode).fit(
        TEXTS, LABELS, out_of_scope=STRANGE, vectors=encode([*TEXTS, *STRANGE])
    )
    assert again.predict(TEXTS[:9]) == classifier.predict(TEXTS[:9])


def test_empty_and_strange_input(classifier):
    assert classifier.predict([]) == []
    for one in classifier.predict(["", "   ", "?" * 10_000, "日本語", "\x00"]):
        assert one.label in WORLD and np.isfinite(one.probability)


def test_fit_refuses_what_it_cannot_learn():
    with pytest.raises(ValueError, match="two different labels"):
        IntentClassifier(encode).fit(["a", "b"], ["x", "x"])
    with pytest.raises(ValueError, match="one label per text"):
        IntentClassifier(encode).fit(["a", "b"], ["x"])


def test_validation_sets_the_threshold(classifier):
    held = Validation(TEXTS[::4], LABELS[::4], STRANGE[::4])
    with_it = IntentClassifier(encode).fit(TEXTS, LABELS, STRANGE, validation=held)
    assert with_it.threshold_ != classifier.threshold_
    assert sum(one.is_out_of_scope for one in with_it.predict(TEXTS[::4])) <= 1


class Turned:
    """Stands for a tuned encoder: the same vectors, turned."""

    def layers(self, texts):
        return encode(texts)[:, ::-1].copy()


def test_a_tuned_encoder_is_joined_calibrated_on_what_was_set_aside_and_saved(
    monkeypatch, tmp_path
):
    trained_on = []

    def tune(texts, classes, labels, recipe):
        trained_on.extend(texts)
        assert len(texts) == len(classes) and labels == 3 and classes.max() == 3
        return b"weights"

    monkeypatch.setattr(intents, "tune", tune)
    monkeypatch.setattr(intents, "from_bytes", lambda model: Turned())
    made = IntentClassifier(encode, fine_tune=True).fit(TEXTS, LABELS, STRANGE)
    assert len(trained_on) == 0.8 * (len(TEXTS) + len(STRANGE))
    assert made.ridge_.landmarks_.shape[1] == 96 and made.axes_ is None
    asked = ["turn on the toaster", "who painted the bridge"]
    made.save(tmp_path)
    assert (tmp_path / "tuned.onnx").read_bytes() == b"weights"
    loaded = IntentClassifier.load(tmp_path, encode)
    for one in (made, loaded):
        known, strange = one.predict(asked)
        assert known.label == "on" and known.out_of_scope < strange.out_of_scope


def test_axes_keep_the_cosines_of_centred_vectors_and_leave_out_what_varies_least():
    vectors = encode(TEXTS)
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    whole = Axes.of(vectors, 48).turn(vectors)
    np.testing.assert_allclose(whole @ whole.T, centred @ centred.T, atol=1e-4)
    padded = np.hstack([vectors, np.full((len(vectors), 5), 3, dtype=np.float32)])
    few = Axes.of(padded, 48).turn(padded)
    np.testing.assert_allclose(few @ few.T, whole @ whole.T, atol=1e-3)


def test_wide_vectors_are_cut_to_their_axes_and_so_again_after_loading(tmp_path):
    made = IntentClassifier(encode, dimensions=30).fit(TEXTS, LABELS, STRANGE)
    assert made.ridge_.landmarks_.shape[1] == 30
    made.save(tmp_path)
    loaded = IntentClassifier.load(tmp_path, encode)
    asked = ["turn on the toaster", "who painted the bridge"]
    for one, other in zip(made.predict(asked), loaded.predict(asked), strict=True):
        assert (one.label, one.is_out_of_scope) == (other.label, other.is_out_of_scope)
        assert one.probability == pytest.approx(other.probability, abs=2e-3)
    assert made.predict(asked)[0].label == "on" and made.predict(asked)[1].is_out_of_scope


@pytest.fixture
def tiny(monkeypatch):
    """Put a transformer of eight dimensions in the place of the sentence model."""
    from transformers import BertConfig, BertModel

    def build():
        torch.manual_seed(0)
        return BertModel(
            BertConfig(
                hidden_size=8, intermediate_size=16, num_hidden_layers=6, num_attention_heads=2,
                hidden_dropout_prob=0.0, initializer_range=0.2, attn_implementation="eager",
            )
        )  # fmt: skip

    torch = pytest.importorskip("torch")
    monkeypatch.setattr(finetune, "_transformer", build)
    monkeypatch.setattr(finetune, "verified_weights", lambda: None)
    return build


def test_layers_are_the_means_over_the_tokens_of_several_layers(tiny):
    import torch

    texts = ["what is a fan", "oven", "", *[f"door {number}" for number in range(40)]]
    made = from_bytes(finetune.frozen())
    found = made.layers(texts)
    assert found.shape == (43, 24)
    for row in (0, 1, 2, 42):
        ids = made._tokenizer.encode(texts[row]).ids
        with torch.no_grad():
            hidden = tiny().eval()(torch.tensor([ids]), output_hidden_states=True).hidden_states
        mean = torch.cat([hidden[layer][0] for layer in (3, 5, 6)], dim=1).mean(0).numpy()
        np.testing.assert_allclose(found[row], mean / np.linalg.norm(mean), atol=1e-4)


def test_training_draws_the_texts_of_a_label_together(tiny):
    texts, classes = TEXTS[:80], np.repeat([0, 1], 40)

    def apart(model):
        last = from_bytes(model).layers(texts)[:, -8:]
        means = [last[classes == label].mean(axis=0) for label in (0, 1)]
        return np.linalg.norm(means[0] - means[1])

    tuned = finetune.tune(texts, classes, 2, Recipe(epochs=12, batch=20, rate=0.01))
    assert apart(tuned) > 3 * apart(finetune.frozen())


def test_a_share_of_every_class_is_set_aside():
    classes = np.array([0] * 10 + [1] * 5 + [2])
    aside, kept = set_aside(classes, 0.2)
    assert np.bincount(classes[aside]).tolist() == [2, 1]
    assert sorted([*aside, *kept]) == list(range(16))


def test_batches_cover_every_text_each_epoch_and_time_is_a_bound():
    lengths = [3, 9, 4, 8, 5, 7, 6]
    steps = list(_schedule(lengths, Recipe(epochs=2, batch=3)))
    assert sorted(np.concatenate([rows for _, rows in steps])) == sorted([*range(7)] * 2)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert list(_schedule(lengths, Recipe(epochs=2, batch=3, seconds=1e-9))) == []


def test_prediction_imports_nothing_heavy(classifier, tmp_path):
    classifier.save(tmp_path)
    code = (
        "import sys, pathlib, numpy as np\n"
        "from assistant.language.intents import IntentClassifier\n"
        "one = np.ones((1, 48), dtype=np.float32) / 48**0.5\n"
        f"made = IntentClassifier.load(pathlib.Path({str(tmp_path)!r}), lambda texts: one)\n"
        "made.predict(['start the fan'])\n"
        "print([name for name in ('sklearn', 'torch', 'scipy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _csv(path, rows):
    path.write_text("text,category\n" + "".join(f'"{text}",{label}\n' for text, label in rows))
    return path


def test_evaluate_reads_csv_and_gives_the_figures_of_the_contract(tmp_path):
    rows = list(zip(TEXTS, LABELS, strict=True))
    train = _csv(tmp_path / "train.csv", rows[:30] + rows[40:70] + rows[80:110])
    test = _csv(tmp_path / "test.csv", rows[30:40] + rows[70:80] + rows[110:])
    oos = tmp_path / "oos.txt"
    oos.write_text("\n".join(STRANGE))
    figures = evaluation.evaluate(encode, train, test, oos)
    assert list(figures) == [
        "accuracy", "in_scope_accuracy", "oos_recall", "oos_precision", "false_oos_rate",
        "auroc", "threshold", "train_seconds", "ms_per_query",
    ]  # fmt: skip
    assert figures["accuracy"] > 0.8 and figures["auroc"] > 0.8


def test_clinc_gives_a_row_for_each_variant_and_the_table_holds_them(tmp_path):
    held = [*zip(TEXTS, LABELS, strict=True)]
    rows = {"train": held[2::5] + held[3::5] + held[4::5], "val": held[1::5], "test": held[::5]}
    strange = {"oos_train": STRANGE[:8], "oos_val": STRANGE[8:14], "oos_test": STRANGE[14:]}
    rows |= {name: [(text, "oos") for text in texts] for name, texts in strange.items()}
    for name in ("full", "small", "imbalanced"):
        (tmp_path / f"clinc_data_{name}.json").write_text(json.dumps(rows))
    found = list(evaluation.evaluate_clinc(encode, tmp_path))
    assert [row[:2] for row in found] == [
        ("full", "frozen"), ("small", "frozen"), ("imbalanced", "frozen"),
    ]  # fmt: skip
    table = evaluation.as_markdown(found).splitlines()
    assert len(table) == 5 and len({line.count("|") for line in table}) == 1
    accuracy = found[0][2]["accuracy"]
    assert accuracy > 0.8 and table[2].startswith(f"| full | frozen | {100 * accuracy:.2f} |")


def test_read_clinc_json_yaml_and_out_of_scope_rows(tmp_path):
    document = tmp_path / "data.json"
    document.write_text(
        '{"train": [["a", "x"]], "val": [["b", "x"]], "test": [["c", "y"]],'
        ' "oos_train": [["d", "oos"]], "oos_val": [["e", "oos"]], "oos_test": [["f", "oos"]]}'
    )
    splits = evaluation.read(document)
    assert splits.train.texts == ["a"] and splits.train.outside == ["d"]
    assert splits.validation.texts == ["b"] and splits.validation.outside == ["e"]
    assert splits.test.labels == ["y"] and splits.test.outside == ["f"]
    folder = tmp_path / "intents"
    folder.mkdir()
    for name in ("greet", "out_of_scope"):
        (folder / f"{name}.yaml").write_text("description: d\nutterances:\n  - hello there\n")
    ours = evaluation.read(folder).train
    assert ours.labels == ["greet"] and ours.outside == ["hello there"]
    table = evaluation.read(_csv(tmp_path / "t.csv", [("hi", "greet"), ("no", "oos")])).train
    assert table.labels == ["greet"] and table.outside == ["no"]


@pytest.mark.parametrize("content", ["", "name,category\nx,y\n", "\x00\x01"])
def test_unreadable_files_are_named(tmp_path, content):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    with pytest.raises(evaluation.UsageError, match=r"bad\.csv"):
        evaluation.read(path)


def test_auroc_and_calibration_error_on_known_cases():
    assert evaluation.auroc(np.array([0.1, 0.2]), np.array([0.3, 0.2])) == 0.875
    sure = np.array([0.9] * 10)
    assert conversation.calibration_error(sure, np.array([True] * 9 + [False])) < 1e-9
    assert conversation.calibration_error(sure, np.array([True] * 10)) == pytest.approx(0.1)


def test_cross_validation_reports_our_own_utterances():
    report = conversation.cross_validate(encode, {**WORLD, "out_of_scope": STRANGE}, folds=3)
    assert report["utterances"] == len(TEXTS) + len(STRANGE)
    assert report["labels"] == 3
    assert report["accuracy"] > 0.9
    assert sum(count for count, _, _ in report["confidence"]) == len(TEXTS)
    assert set(report["by_label"]) == set(WORLD)
