"""What a message leaves out, spelt out from the conversation so far."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.language.mentions import WEAK, Mention
from assistant.language.understanding import Understanding
from assistant.replies.turn import TOPIC_KINDS, Memory
from knowledge.library import Library

SHORT = 8  # words of a message that may go on with the last question
LONG = 16  # words of a message that may lean on the topic
TOPICS = 3  # how many topics back a message may reach
# Intents that say what is wanted, and not of what.
OF_SOMETHING = frozenset(
    (
        "why", "how_it_works", "when_to_use", "pros_cons", "example", "code", "maths", "history",
        "prerequisites", "applications",
    )
)  # fmt: skip
_GOES_ON = re.compile(
    r"^\W*(?:(?:and|or|but|also|so|ok|okay|then|n|now|what about|how about|wat abt|same for)\b"
    r"[\s,]*)+",
    re.IGNORECASE,
)
_PLACED = re.compile(r"^\W*(?:in|for|with|on|at|as)\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:it(?!\s+(?:takes?|(?:is\s+|be\s+)?(?:possible|worth|hard|easy|better|necessary|ok"
    r"|good|smart|smarter|wise|difficult|too late)\s+(?:to|for)))|its|it's|(?<=become )one"
    r"|this one|that one"
    r"|(?:this|that)(?=\s*(?:$|[?.!,;]|(?:is|was|does|do|did|can|could|will|would|should|has|have"
    r"|means?|works?|helps?|hurts?|makes?|differs?|different|better|worse|used|called|field|job"
    r"|role|topic|model|method|algorithm|in|on|for|with|at|to|from|as|than|if|when)\b)))\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"(?:with|at|for)?\s*\d{1,2}", re.IGNORECASE)
_BACK_TO = re.compile(
    r"^\W*(?:(?:ok|okay|so|now|please|fine|let'?s|go|get|going)\W+)*back to (?!the quiz)(.+)$",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\b(?:(?:which|one|any|all|each|none|some) of (?:them|these|those|the (?:two|three))|them"
    r"|their|these|those|both|each|all (?:two|three|of them)"
    r"|they(?!\s+(?:still\s+|usually\s+|often\s+|mostly\s+)?(?:ask|want|demand|require|expect"
    r"|hire|pay|look|say|said|told|offer|reject|reply|care)))\b",
    re.IGNORECASE,
)
# A whole question of its own, "and what is the kernel in a CNN?"; not "and in Germany?".
_WHOLE = re.compile(
    r"^(?:how|what|why|when|where|which|who|is|are|does|do|did|can|could|should|would|will)\b",
    re.IGNORECASE,
)
# A question with a subject of its own, though it may be no name of ours: "what is a label?".
_SUBJECT = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|then)\W+)*(?:what(?:'s|s| is| are)|define)\s+(?:an?\s+)?"
    r"(?!(?:it|its|that|this|they|them|the|next|new|best|better|worse|wrong|right|good|bad|needed"
    r"|required|missing|left|difference|differences|example|examples|formula|purpose|point|use|uses"
    r"|advantage|advantages|disadvantage|disadvantages|limitation|limitations|alternative"
    r"|alternatives|typical|common|normal|realistic|possible|important|there|up|one)\b)"
    r"[^\W\d_]+\W*$",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\b(?:both|the two)\b", re.IGNORECASE)
WHICH_OF = re.compile(r"\bwhich (?:of|one)\b", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\bthe\s+(?P<which>first|second|third|fourth|last|former|latter|other)"
    r"(?:\s+(?:one|two|role|model|of\s+(?:them|the\s+(?:two|three))))*\b",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "former": 0, "second": 1, "latter": 1, "third": 2, "fourth": 3, "last": -1}


@dataclass(frozen=True, slots=True)
class Reading:
    """A message spelt out; `leans` where its own words cannot stand without the conversation.

    `goes_on` where it puts something new into the last question. `far` is how many topics lie
    between the one it is about and the last; `topic` is that one.
    """

    text: str
    leans: bool
    goes_on: bool = False
    far: int = 0
    topic: str = ""


def readings(heard: Understanding, memory: Memory, library: Library) -> Iterator[Reading]:
    """Yield what a message may stand for in its conversation."""
    text, words = heard.text, len(heard.text.split())
    strange = heard.prediction.is_out_of_scope
    own = [
        mention
        for mention in heard.mentions
        if mention.kind in (*TOPIC_KINDS, "path") and (mention.score > WEAK or not strange)
    ]
    named = [mention for mention in own if mention.kind != "path"]
    pronoun = _pronoun(text, named)
    rest = _GOES_ON.sub("", text).strip(" ?.!")
    placed = _PLACED.match(rest)
    swaps = placed and re.search(rf"\b{placed.group().strip()}\b", memory.said, re.IGNORECASE)
    goes_on = _GOES_ON.match(text) or (placed and words <= SHORT - 3)
    if memory.said and goes_on and words <= SHORT and not pronoun and not _WHOLE.match(rest):
        place = heard.slots.market or heard.slots.country
        surely = bool(own or place or swaps) or _another_number(text, memory)
        topic = named[0].id if named else ""
        yield Reading(
            _continued(text, own, memory), leans=surely or not strange, goes_on=True, topic=topic
        )
        if placed and (surely or not strange):
            return
    if words > LONG:
        return
    listed = memory.listed or tuple(_last_two(memory, library) if _BOTH.search(text) else ())
    if pronoun and pronoun.re is _MANY and len(listed) > 1:
        names = " and ".join(library.name(id_) for id_ in listed)
        yield Reading(f"{text[: pronoun.start()]}{names}{text[pronoun.end() :]}", leans=True)
        return
    topics = [id_ for id_ in memory.topics[::-1] if _topical(id_, library)]
    topics = [] if _SUBJECT.match(text) and not pronoun else topics
    topics = topics[: 1 if heard.intent in OF_SOMETHING else TOPICS]
    leans = words <= 4 or (words <= SHORT and heard.intent in OF_SOMETHING)
    for far, id_ in enumerate(topics):
        name = library.name(id_)
        if pronoun:
            spelt = f"{text[: pronoun.start()]}{name}{text[pronoun.end() :]}"
            yield Reading(spelt, leans=words <= SHORT, far=far, topic=id_)
        elif not named:
            spelt = f"{text.rstrip(' ?.!')} ({name})"
            yield Reading(spelt, leans=leans and not strange, far=far, topic=id_)


def _last_two(memory: Memory, library: Library) -> list[str]:
    """Return the last two topics, in the order they came up, where they are of one kind."""
    two = [id_ for id_ in memory.topics if _topical(id_, library)][-2:]
    return two if len({library.cards[id_].kind for id_ in two}) == 1 else []


def _topical(id_: str, library: Library) -> bool:
    return id_ in library and library.cards[id_].kind in TOPIC_KINDS


def ordinals(text: str, memory: Memory, library: Library) -> str:
    """Return the text with "the second one" replaced by the name it stands for."""
    found = _ORDINAL.search(text)
    if not found or len(memory.listed) < 2:
        return text
    which = found.group("which").casefold()
    if which == "other":
        others = [id_ for id_ in memory.listed if id_ != memory.topic]
        id_ = others[0] if others else memory.listed[-1]
    elif _PLACES[which] < len(memory.listed):
        id_ = memory.listed[_PLACES[which]]
    else:
        return text
    return f"{text[: found.start()]}{library.name(id_)}{text[found.end() :]}"


def in_context(
    mention: Mention, others: Iterable[Mention], topic: str, library: Library
) -> Mention:
    """Return what a name of several things stands for, beside the other names and the topic.

    "LDA (linear discriminant analysis)" says which; so does "and precision?" after recall.
    """
    named = {other.id for other in others if other.start != mention.start}
    meant = [id_ for id_ in mention.also if id_ in named]
    topical = topic in library and library.cards[topic].kind == "concept"
    if not meant and mention.also and topical:
        owners = (mention.id, *mention.also)
        meant = [id_ for id_ in owners if id_ == topic or _linked(id_, topic, library)]
    if len(meant) != 1:
        return mention
    return replace(mention, id=meant[0], kind=library.cards[meant[0]].kind, also=())


def as_role(mention: Mention, library: Library) -> Mention:
    """Return the role that a name also stands for, as where a career is asked about."""
    role = next((id_ for id_ in mention.also if library.cards[id_].kind == "role"), "")
    return replace(mention, id=role, kind="role") if role else mention


def _linked(one: str, other: str, library: Library) -> bool:
    both = ((one, other), (other, one))
    return any(to in getattr(library.get(of), "related", ()) for of, to in both)


def _pronoun(text: str, own: Sequence[Mention]) -> re.Match[str] | None:
    """Return the first pronoun that no name of the message itself explains."""
    end = min((mention.start for mention in own), default=len(text))
    found = _MANY.search(text, 0, end) or _ONE.search(text, 0, end)
    return found


def returns(text: str) -> str:
    """Return what a message goes back to, as in "ok, back to CNNs"; empty where it does not."""
    found = _BACK_TO.match(text)
    return found.group(1) if found else ""


def _another_number(text: str, memory: Memory) -> bool:
    """Return whether a message gives another number of hours a week, as in "and with 15?"."""
    rest = _GOES_ON.sub("", text).strip(" ?.!")
    return memory.told.hours is not None and bool(_BARE_NUMBER.fullmatch(rest))


def _continued(text: str, own: Sequence[Mention], memory: Memory) -> str:
    """Return the last question with what the message puts in place of, or adds to, its words."""
    said = memory.said.rstrip(" ?.!")
    rest = _GOES_ON.sub("", text).strip(" ?.!")
    if _another_number(text, memory):
        return f"{rest} hours a week: {said}"
    if memory.intent == "compare":
        return f"{said} and {rest}"
    for mention in own:
        for old in reversed(memory.said_names):
            if old.kind == mention.kind and old.id != mention.id:
                first = memory.said_names[0] if memory.intent == "define" else old
                return f"{said[: first.start]}{mention.text}{said[old.end :]}"
    placed = _PLACED.match(rest)
    if placed:
        found = list(re.finditer(rf"\b{placed.group().strip()}\b", said, re.IGNORECASE))
        said = said[: found[-1].start()].rstrip() if found else said
    return f"{said} {rest}"
