"""The passage that answers a question best, and a reply around it."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.questions import Asked
from assistant.replies.turn import Turn
from assistant.reply import Block, Bullets, Code, Reply, Text
from knowledge.passages import prose
from knowledge.schema import Concept, Entry, Faq, Page

VERBATIM = 0.95  # cosine from which a message is a stored question in other words, if any other
# How likely a stored question must be the one that is asked …
CERTAIN = 0.9  # … where a field of the entry named says just what is wanted
SURE = 0.75  # … where a field of the entry named says what is wanted as well
LIKELY = 0.5  # … to be answered
HINT = 0.06  # … of a career question about a case of its own, rather than a role's usual text
FAINT = 0.02  # … rather than a passage of any kind
HEDGED = 0.2  # … to be answered without saying that it may be another question's answer
POSSIBLE = 0.3  # … where nothing else is known
OF_A_COUNTRY = ("salary", "outlook")  # intents in which the country decides
OF_A_TRADE = ("transition", "degree")  # topics of questions on where somebody comes from
ALSO_LIKELY = 4  # questions among which those are that may have been meant instead
ENTRY_BONUS = 0.12  # the passage belongs to an entry that the question names
FIELD_BONUS = 0.10  # the passage stands in a field that the intent asks for
# Below these a passage is not called an answer; chosen on stories and development questions.
ANSWER_DENSE = 0.56
ANSWER_NAMED = 0.40
WORDS_IN_COMMON = 0.2  # what sharing all words adds


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer: its place, its rank score and its bare similarities."""

    entry: str
    field: str
    rank: float
    dense: float
    lexical: float
    named: bool

    @property
    def good(self) -> bool:
        """Whether the passage is near enough to the question to be called an answer."""
        likeness = self.dense + WORDS_IN_COMMON * self.lexical
        return likeness >= (ANSWER_NAMED if self.named else ANSWER_DENSE)


def asked(turn: Turn, chance: float = LIKELY, kinds: Collection[str] = ()) -> Asked | None:
    """Return the stored question that the message asks with at least this probability."""
    cards = turn.library.cards
    for item in _in_order(turn):
        if not kinds or cards[item.entry].kind in kinds:
            return item if item.chance >= chance else None
    return None


def _in_order(turn: Turn) -> tuple[Asked, ...]:
    """Return the stored questions, one on the learner's trade before one that is no likelier.

    "I am a nurse in Nigeria, how do I …" names trade and country; what decides is the trade.
    """
    other = _not_meant(turn)
    found = tuple(item for item in turn.heard.asked if item.entry not in other)
    if turn.heard.slots.background is None or turn.intent in OF_A_COUNTRY or not found:
        return found
    topic, chance = _topic(turn, found[0]), found[0].chance
    if chance >= LIKELY or topic in ("", *OF_A_TRADE):
        return found
    least = FAINT if topic == "country" else chance / 3
    own = [item for item in found if item.chance >= least and _topic(turn, item) in OF_A_TRADE]
    first = max(own, key=lambda item: item.chance, default=None)
    return (replace(first, chance=chance), *found) if first else found


def _not_meant(turn: Turn) -> set[str]:
    """Return what shares a name of the message that stands for something else here.

    Not what the message says more of: "bias" is a bias term there, but "bias-variance" is none.
    """
    said = _words(turn.heard.spelt)
    settled = {mention.start: mention.id for mention in turn.about if not mention.also}
    return {
        owner
        for mention in turn.heard.mentions
        for owner in (mention.id, *mention.also)
        if mention.also
        and settled.get(mention.start, owner) != owner
        and not (_words(turn.library.name(owner)) - _words(mention.text)) & said
    }


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.casefold()))


def _topic(turn: Turn, item: Asked) -> str:
    entry = turn.library.get(item.entry)
    return entry.topic if isinstance(entry, Faq) else ""


def verbatim(turn: Turn) -> Asked | None:
    """Return the stored question that the message repeats, all but word for word."""
    best = max(turn.heard.asked, key=lambda item: item.dense, default=None)
    return best if best and best.dense >= VERBATIM else None


def candidates(
    turn: Turn, fields: Collection[str] = (), kinds: Collection[str] = ()
) -> list[Candidate]:
    """Return the passages near to the message, best first, each (entry, field) once.

    `fields` are those the intent asks for; with `kinds` only entries of these kinds count.
    """
    named = {mention.id for mention in turn.about}
    places = turn.library.passages
    best: dict[tuple[str, str], Candidate] = {}
    for hit in turn.heard.hits:
        place = places[hit.row]
        if kinds and turn.library.cards[place.entry].kind not in kinds:
            continue
        rank = hit.score
        rank += ENTRY_BONUS * (place.entry in named)
        rank += FIELD_BONUS * (place.field in fields)
        found = Candidate(
            place.entry, place.field, rank, hit.dense, hit.lexical, place.entry in named
        )
        known = best.get((place.entry, place.field))
        if known is None or found.rank > known.rank:
            best[place.entry, place.field] = found
    return sorted(best.values(), key=lambda candidate: -candidate.rank)


def nearest(turn: Turn, fields: Collection[str] = ()) -> Reply | None:
    """Answer with the stored question or passage that comes nearest, if one is near enough."""
    question = asked(turn, POSSIBLE)
    if question:
        return answer(turn, question)
    best = next(iter(candidates(turn, fields)), None)
    return answer(turn, best) if best and best.good else None


_DOUBTS = re.compile(
    r"\b(?:stupid|dumb|silly|foolish|crazy|bad|wrong|mistake|waste|pointless|hopeless|impossible"
    r"|too (?:late|old|hard|difficult|much)|useless|unrealistic|not (?:bother|worth|even))\b",
    re.I,
)
_NEEDS = re.compile(r"\b(?:need|needed|necessary|required?|must|mandatory|have to)\b", re.I)
_VERDICT = re.compile(r"^(?:(?:probably|mostly|usually|often)\s+)?(?:yes|no)\b\W*(?:and\s+)?", re.I)


def unbent(turn: Turn, entry: Entry, field: str, blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks of an answer without its yes or no, where the question is turned round.

    "Yes, as a bridge" answers "can a nurse …?"; to "is it stupid for a nurse …?" it would say the
    opposite, as "Yes" to "can I without a degree?" would to "do I need a degree?".
    """
    first, *rest = blocks
    asked = wordings(entry, field)
    turned = any(
        way.search(turn.heard.spelt) and not any(way.search(wording) for wording in asked)
        for way in (_DOUBTS, _NEEDS)
    )
    if not isinstance(first, Text) or not asked or not turned:
        return [first, *rest]
    said = _VERDICT.sub("", first.text)
    return [replace(first, text=said[:1].upper() + said[1:]), *rest]


def wordings(entry: Entry, field: str) -> tuple[str, ...]:
    """Return the wordings of a stored question, none where a field answers no such question."""
    if is_stored(field):
        return entry.questions[int(field.split(".")[1])].ask
    return (entry.name, *entry.ask) if isinstance(entry, Faq) else ()


def answer(turn: Turn, candidate: Candidate | Asked) -> Reply:
    """Return a reply that gives a passage and offers what stands around it."""
    entry = turn.library.get(candidate.entry)
    first = [] if asked(turn, HEDGED) else [Text(turn.phrase("near_miss"))]
    first += opening(turn, entry) if isinstance(candidate, Candidate) else []
    turn.memory.shown.add((entry.id, candidate.field))
    field = candidate.field
    blocks = unbent(turn, entry, field, field_blocks(turn, entry, field))
    asks = [*_also_likely(turn, candidate), *questions_near(turn, entry)]
    return turn.reply(*first, *blocks, ids=[entry.id], suggestions=list(dict.fromkeys(asks))[:3])


def _also_likely(turn: Turn, answered: Candidate | Asked) -> Iterator[str]:
    """Yield the stored questions that may have been meant instead, the likeliest first."""
    seen = {*turn.memory.shown, (answered.entry, answered.field)}
    for item in turn.heard.asked[:ALSO_LIKELY]:
        if item.chance >= HINT and is_stored(item.field) and (item.entry, item.field) not in seen:
            yield wording(turn.library.get(item.entry), item.field)


def opening(turn: Turn, entry: Entry) -> list[Text]:
    """Return what a concept is, where this conversation has not said it yet."""
    place = (entry.id, "summary")
    if not isinstance(entry, Concept) or place in turn.memory.shown:
        return []
    turn.memory.shown.add(place)
    return [Text(entry.summary)]


def is_stored(field: str) -> bool:
    """Return whether a field is a stored question, with an answer of its own."""
    return field.startswith("questions.")


def wording(entry: Entry, field: str) -> str:
    """Return the first wording of a stored question."""
    asked = wordings(entry, field)[0]
    return asked[:1].upper() + asked[1:]


def field_blocks(turn: Turn, entry: Entry, field: str) -> Iterator[Block]:
    """Yield the blocks that show one field of an entry."""
    if field == "code" and isinstance(entry, Concept):
        yield Code(entry.code)
    elif field in ("strengths", "weaknesses", "brings", "missing", "responsibilities"):
        yield Bullets(tuple(getattr(entry, field)), title=field.capitalize())
    elif isinstance(entry, Faq) and not is_stored(field):
        yield Text(entry.summary)
        yield Text(entry.answer)
        if entry.cases:
            yield Bullets(tuple(f"**{case.who}**: {case.answer}" for case in entry.cases))
    elif field == "summary" and isinstance(entry, Concept):
        yield Text(entry.summary)
        yield Text(entry.plain)
    else:
        yield Text(prose(entry, field) or entry.summary)


def questions_near(turn: Turn, entry: Entry, most: int = 3) -> list[str]:
    """Return questions on an entry that have not been answered yet in this conversation."""
    if isinstance(entry, Page):
        return _headings_near(turn, entry)[:most]
    fresh = [
        question.ask[0]
        for index, question in enumerate(entry.questions)
        if (entry.id, f"questions.{index}") not in turn.memory.shown
    ]
    if isinstance(entry, Faq):
        related = (turn.library.get(id_) for id_ in entry.related if id_ in turn.library)
        fresh += [other.name for other in related if isinstance(other, Faq)]
    return [question[:1].upper() + question[1:] for question in fresh[:most]]


def _headings_near(turn: Turn, page: Page) -> list[str]:
    """Return the questions among the headings of a page that have not been answered yet."""
    return [
        section.heading
        for number, section in enumerate(page.sections)
        if section.heading.endswith("?")
        and (page.id, f"sections.{number}") not in turn.memory.shown
    ]
