"""An entry cut into passages: the pieces that a search finds and an answer quotes."""

import dataclasses
from collections.abc import Iterator

from knowledge.schema import Claim, Concept, Entry, Faq, Page, Role

GIST_WORDS = 32
# The heading says in words what a field holds, so that "how does X work" finds `how`.
HEADINGS: dict[str, str] = {
    "summary": "what it is",
    "plain": "in plain words",
    "how": "how it works",
    "why": "why it matters",
    "history": "history, who invented it",
    "maths": "the mathematics",
    "when": "when to use it",
    "when_not": "when not to use it",
    "strengths": "advantages",
    "weaknesses": "drawbacks and limitations",
    "pitfalls": "common mistakes",
    "example": "an example",
    "day": "what they do all day",
    "responsibilities": "responsibilities",
    "mathematics": "how much mathematics it takes",
    "code": "how much programming it takes",
    "entry": "how to get in",
    "suits": "who is happy in it",
    "not_for": "who is not happy in it",
    "outlook": "outlook and demand",
    "occupation_note": "pay and official statistics",
    "brings": "what the background already gives",
    "missing": "what the background lacks",
    "learn": "how to learn it",
    "prove": "how to prove it",
    "problem": "the problem",
    "data": "the data",
    "models": "the models used",
    "overview": "what AI does there",
    "constraints": "rules and risks",
    "getting_in": "how to work there",
    "for_whom": "for whom",
    "answer": "the answer",
    "machine_learning": "machine learning",
    "deep_learning": "deep learning",
    "nuance": "where it is too simple",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an entry: the field it stands in and the text that is searched.

    `wording` is True for a question in a learner's words, whose answer the field holds.
    """

    entry: str
    field: str
    text: str
    wording: bool = False

    @property
    def gist(self) -> str:
        """The beginning, which says what the passage is about: what is embedded."""
        return " ".join(self.text.split()[:GIST_WORDS])


def passages(entry: Entry) -> Iterator[Passage]:
    """Yield the passages of an entry: each field of prose, each question's wordings and answer."""
    if isinstance(entry, Page):
        yield from _sections(entry)
        return
    for field, heading in HEADINGS.items():
        if isinstance(entry, Faq | Claim) and field == "summary":
            heading = ""
        text = prose(entry, field)
        if text:
            yield Passage(entry.id, field, f"{entry.name}: {heading}. {text}".replace(": . ", ": "))
    for index, question in enumerate(entry.questions):
        for wording in question.ask:
            yield Passage(entry.id, f"questions.{index}", wording, wording=True)
        yield Passage(entry.id, f"questions.{index}", f"{entry.name}: {question.answer}")
    if isinstance(entry, Faq):
        for wording in (entry.name, *entry.ask):
            yield Passage(entry.id, "answer", wording, wording=True)
    if isinstance(entry, Claim):
        yield Passage(entry.id, "statement", entry.statement, wording=True)


def _sections(page: Page) -> Iterator[Passage]:
    """Yield the heading of each section as the question it answers, and each paragraph under it."""
    for number, section in enumerate(page.sections):
        field, heading = f"sections.{number}", section.heading
        if heading or not number:  # what stands first says what the page is about
            named = f"{page.name}: {heading}" if heading else page.name
            yield Passage(page.id, field, heading if "?" in heading else named, wording=True)
        place = f"{page.name}: {heading}" if heading else page.name
        for paragraph in section.text.split("\n\n"):
            yield Passage(page.id, field, f"{place}. {paragraph}".replace("?.", "?"))


def prose(entry: Entry, field: str) -> str:
    """Return what a field of an entry says as Markdown; empty where it holds nothing.

    `questions.2` is the answer to the third question.
    """
    if field.startswith("questions."):
        return entry.questions[int(field.partition(".")[2])].answer
    if field.startswith("sections.") and isinstance(entry, Page):
        return entry.sections[int(field.partition(".")[2])].text
    if field == "code" and not isinstance(entry, Role):
        return ""
    value = getattr(entry, field, "")
    if isinstance(value, tuple):
        return "\n".join(f"- {line}" for line in map(_line, value))
    if field == "maths" and isinstance(entry, Concept) and entry.maths:
        symbols = "; ".join(f"{sign}: {meaning}" for sign, meaning in entry.maths.symbols.items())
        return f"{entry.maths.formula}\n\nwhere {symbols}.\n\n{entry.maths.worked}"
    return value or ""


def _line(item: object) -> str:
    if dataclasses.is_dataclass(item):
        return f"{getattr(item, 'mistake', '')} The sign: {getattr(item, 'sign', '')}"
    return str(item)
