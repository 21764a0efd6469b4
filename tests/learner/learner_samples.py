"""A learner's records to try things on."""

from datetime import UTC, datetime, timedelta

from assistant.learner.records import Answer, Curve, Message, ReviewCard, Run
from assistant.learner.store import Store

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def make_run(at: datetime = NOW, **changed) -> Run:
    """Return a run that passed, with a curve."""
    points = tuple((float(step), 1 / step) for step in range(1, 120))
    plain = {
        "at": at, "exercise": "cnn_digits", "passed": True, "stopped": False, "seed": 3,
        "device": "cpu", "device_reason": "no GPU", "dataset": "mnist_5000", "seconds": 61.5,
        "metrics": {"accuracy": 0.97}, "baseline": {"name": "linear", "accuracy": 0.9},
        "checks": ({"name": "accuracy", "passed": True, "value": 0.97, "threshold": 0.95},),
        "code": "print('trained')\n" * 300, "machine": "Linux, 2 cores",
        "curves": (Curve("cnn", "loss", points), Curve("cnn", "accuracy", points)),
    }  # fmt: skip
    return Run(**plain | changed)


def make_answer(item: str, right: bool, at: datetime = NOW, topic: str = "pooling") -> Answer:
    """Return an answer to an item."""
    return Answer(at=at, item=item, topic=topic, chosen="an option", right=right)


def make_card(item: str, due: datetime = NOW) -> ReviewCard:
    """Return a card of an item."""
    return ReviewCard(item=item, due=due, last=NOW, stability=2.5, difficulty=5.0)


def fill(store: Store) -> None:
    """Put some of everything into a store."""
    store.set_profile({"name": "Ann Ünal", "known": ["python"], "hours_per_week": 6.0}, NOW)
    store.save_plan({"role": "data_scientist", "steps": []}, NOW)
    for number in range(40):
        store.record("turn", {"n": number}, NOW + timedelta(minutes=number))
    for number in range(4):
        store.add_run(make_run(seed=number))
    for number in range(12):
        item = f"pooling:{number % 5}"
        store.add_answer(make_answer(item, number % 3 > 0), make_card(item))
    store.add_message(Message(NOW, "monday", "learner", "what is a secret-word?"))
