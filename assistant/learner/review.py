"""Spaced repetition: when an item is due again, by FSRS (the `fsrs` package).

A day is the smallest step here. An item answered wrongly comes back the next day, whatever FSRS
makes of its stability. fsrs is imported where a date is computed; what is due is read off the
cards alone.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assistant.learner.records import Answer, ReviewCard

if TYPE_CHECKING:
    from fsrs import Card

    from assistant.learner.quiz import Feedback

RETENTION = 0.9  # the probability of recall at which an item is due


def due(cards: Iterable[ReviewCard], now: datetime) -> list[ReviewCard]:
    """Return the cards due by the end of the day that `now` is in, the longest due first."""
    today = now.date()
    waiting = [card for card in cards if card.due.astimezone(now.tzinfo).date() <= today]
    return sorted(waiting, key=lambda card: (card.due, card.item))


def answered(card: ReviewCard | None, item: str, right: bool, now: datetime) -> ReviewCard:
    """Return the card of an item after an answer; without a card, its first one."""
    from fsrs import Rating, Scheduler

    scheduler = Scheduler(
        desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    rating = Rating.Good if right else Rating.Again
    at = now.astimezone(UTC)
    after, _ = scheduler.review_card(_card(card, at), rating, at)
    assert after.stability is not None and after.difficulty is not None
    return ReviewCard(
        item=item, due=after.due if right else at + timedelta(days=1), last=at,
        stability=round(after.stability, 6), difficulty=round(after.difficulty, 6),
        reviews=(card.reviews if card else 0) + 1,
        lapses=(card.lapses if card else 0) + (not right),
    )  # fmt: skip


def kept(
    feedback: "Feedback", card: ReviewCard | None, now: datetime, *, review: bool = False
) -> tuple[Answer, ReviewCard]:
    """Return what is to be kept of an answer to a quiz: the answer, and the item's next card."""
    item, chosen = feedback.item, feedback.chosen
    answer = Answer(
        at=now, item=item.key, topic=item.topic, chosen=chosen.text if chosen else None,
        right=feedback.right, review=review,
    )  # fmt: skip
    return answer, answered(card, item.key, feedback.right, now)


def _card(card: ReviewCard | None, at: datetime) -> "Card":
    from fsrs import Card, State

    if card is None:
        return Card(card_id=0, due=at)
    return Card(
        card_id=0, state=State.Review, stability=card.stability, difficulty=card.difficulty,
        due=card.due, last_review=min(card.last, at),
    )  # fmt: skip
