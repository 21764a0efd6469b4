"""Names are found in text as people type it."""

import pytest

from assistant.language.mentions import MentionFinder, key, owners, plain

NAMES = [
    ("Convolutional neural network", "cnn", "concept"),
    ("CNN", "cnn", "concept"),
    ("neural network", "nn", "concept"),
    ("precision", "precision", "concept"),
    ("recall", "recall", "concept"),
    ("overfitting", "overfitting", "concept"),
    ("random forest", "forest", "concept"),
    ("k-means", "k_means", "concept"),
    ("mean", "mean", "concept"),
    ("data scientist", "ds", "role"),
    ("normalisation", "norm", "concept"),
    ("C++", "cpp", "competency"),
    ("machine learning", "ml", "concept"),
    ("precision", "floating", "competency"),
]
FINDER = MentionFinder(owners(NAMES), {"what", "tension", "decision", "between"})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("what are CNNs?", ["cnn"]),
        ("convolutional neural networks vs random forests", ["cnn", "forest"]),
        ("precsion recall diff", ["precision", "recall"]),
        ("convolutonal nueral netwrok", ["cnn"]),
        ("over fitting", ["overfitting"]),
        ("randomforest or k means", ["forest", "k_means"]),
        ("what do you mean by k-means", ["k_means"]),
        ("how to be a data sceintist", ["ds"]),
        ("normalization", ["norm"]),
        ("do I need C++?", ["cpp"]),
        ("a decision between them", []),
        ("what does recall mean?", ["recall"]),
        ("what does recall mean in practice?", ["recall"]),
        ("what does recall mean in machine learning?", ["recall"]),
        ("", []),
        ("?!", []),
    ],
)
def test_find(text: str, ids: list[str]) -> None:
    assert [mention.id for mention in FINDER.find(text)] == ids


def test_longest_name_wins_and_keeps_the_text() -> None:
    (mention,) = FINDER.find("is a Convolutional Neural Network deep?")
    assert (mention.id, mention.text, mention.score) == ("cnn", "Convolutional Neural Network", 1.0)


def test_other_owners_of_a_name_are_kept() -> None:
    (mention,) = FINDER.find("precision")
    assert (mention.id, mention.also) == ("precision", ("floating",))


def test_words_that_are_known_are_not_corrected() -> None:
    assert FINDER.correct("tension") == "tension"
    assert FINDER.correct("overfiting") == "overfitting"
    assert FINDER.correct("abc") == "abc"


@pytest.mark.parametrize(
    ("word", "form"),
    [("Networks", "network"), ("Bayes'", "baye"), ("analyses", "analyse"), ("bias", "bias"),
     ("Poincaré", "poincare"), ("regularized", "regularised"), ("studies", "study")],
)  # fmt: skip
def test_plain(word: str, form: str) -> None:
    assert plain(word) == form


def test_key_ignores_hyphens_and_case() -> None:
    assert key("K-Nearest-Neighbours") == key("k nearest neighbours")


def test_closest_ranks_by_letters() -> None:
    assert FINDER.closest("random forset")[0][0] == "forest"


def test_everyday_words_are_weak_unless_written_as_names() -> None:
    finder = MentionFinder(owners([("ReAct", "react", "concept"), ("join", "join", "concept")]), (),
                           {"react", "join"})  # fmt: skip
    scores = {text: finder.find(text)[0].score for text in ("react", "ReAct", "to join", "JOIN")}
    assert scores == {"react": 0.5, "ReAct": 1.0, "to join": 0.5, "JOIN": 1.0}
