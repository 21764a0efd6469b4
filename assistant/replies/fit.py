"""Roles ranked for somebody, with reasons on both sides."""

from collections.abc import Iterator, Sequence

from assistant.fit import Fit, Reason, Taste, trait_names
from assistant.replies.gap import Phrase
from assistant.reply import Block, Bullets, Text


def blocks(fits: Sequence[Fit], likes: Taste, phrase: Phrase) -> list[Block]:
    """Return the roles in order, each with what speaks for it and against it."""
    made: list[Block] = [Text(_head(likes, phrase))]
    for number, fit in enumerate(fits, 1):
        made.append(Bullets(tuple(lines(fit, phrase)), title=f"{number}. {fit.role.name}"))
    return made


def lines(fit: Fit, phrase: Phrase) -> Iterator[str]:
    """Yield what speaks for a role and against it, each in one line."""
    happy = phrase("fit_happy", text=_first(fit.role.suits))
    unhappy = phrase("fit_unhappy", text=_first(fit.role.not_for))
    good = [*(_said(reason, phrase) for reason in fit.reasons_for), happy]
    bad = [*(_said(reason, phrase) for reason in fit.reasons_against), unhappy]
    yield f"**{phrase('fit_for')}**: {'; '.join(good)}"
    yield f"**{phrase('fit_against')}**: {'; '.join(bad)}"


def _said(reason: Reason, phrase: Phrase) -> str:
    return phrase(f"fit_{reason.phrase}", **reason.values)


def _first(text: str) -> str:
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".")


def _head(likes: Taste, phrase: Phrase) -> str:
    names = trait_names()
    good = [names[trait] for trait, sign in likes.traits.items() if sign > 0]
    good += dict.fromkeys(likes.drawn.values())
    bad = [names[trait] for trait, sign in likes.traits.items() if sign < 0]
    said = [phrase("fit_likes", traits=", ".join(good))] if good else []
    said += [phrase("fit_dislikes", traits=", ".join(bad))] if bad else []
    return phrase("fit_head", said="; ".join(said)) if said else phrase("fit_head_known")
