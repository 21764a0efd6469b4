"""What things are used for: applications of a concept, industries, everything at once."""

from assistant.replies import concept, passage
from assistant.replies.turn import Turn, is_field
from assistant.reply import Bullets, Reply, Text
from knowledge.schema import Application, Entry, Industry

MOST = 8
DESCRIBED = 0.55  # how near a passage of an application must be to be what is described


def applications(turn: Turn) -> Reply | None:
    """Say where a concept is used; in an industry if one is named; without a name, everywhere."""
    found = turn.subject("application", "industry")
    subject = turn.subject("concept", "competency", "role")
    listed = subject is not None and not is_field(subject) and not concept.specific(turn)
    question = passage.asked(turn, passage.CERTAIN if listed else passage.LIKELY)
    if question and (found is None or question.chance >= passage.SURE):
        return passage.answer(turn, question)
    fields_only = len(turn.entries()) > 1 and all(map(is_field, turn.entries()))
    bare = fields_only or (subject is not None and not concept.specific(turn))  # "where is ML used"
    if found is None and not bare and (subject is None or is_field(subject)):
        found = _meant(turn)
    if isinstance(found, Industry):
        return _in_industry(turn, found)
    if isinstance(found, Application):
        return _application(turn, found)
    if subject is None:
        return passage.nearest(turn) or _everything(turn)
    return _of(turn, subject)


def _meant(turn: Turn) -> Entry | None:
    """Return the application or industry that a message describes without naming it."""
    for kind in ("application", "industry"):
        near = next(iter(passage.candidates(turn, kinds=(kind,))), None)
        if near and near.dense >= DESCRIBED:
            return turn.library.get(near.entry)
    return None


def _application(turn: Turn, application: Application) -> Reply:
    return turn.reply(
        *concept.definition(turn, application),
        ids=[application.id],
        suggestions=passage.questions_near(turn, application),
        actions=concept.actions(turn, application),
    )


def _in_industry(turn: Turn, industry: Industry) -> Reply:
    blocks = [Text(industry.summary), Text(industry.overview)]
    listed = [turn.library.get(id_) for id_ in industry.applications if id_ in turn.library]
    narrowed = _about(turn, listed)
    blocks_list = Bullets(
        tuple(f"**{item.name}**: {item.summary}" for item in (narrowed or listed)[:MOST]),
        title=turn.phrase("in_industry", name=industry.name),
    )
    asks = [f"How is {item.name[:1].lower() + item.name[1:]} done?" for item in listed[:2]]
    asks += passage.questions_near(turn, industry, 1)
    return turn.reply(
        *blocks, blocks_list, Text(industry.constraints), ids=[industry.id], suggestions=asks
    )


def _about(turn: Turn, listed: list[Entry]) -> list[Entry]:
    """Return those of the applications that rest on the concepts named."""
    wanted = {entry.id for entry in turn.entries("concept")}
    return [item for item in listed if wanted & set(getattr(item, "concepts", ()))]


def _of(turn: Turn, subject: Entry) -> Reply:
    ids = dict.fromkeys(getattr(subject, "applications", ()))
    for application in turn.library.all_of(Application):
        if subject.id in (*application.concepts, *application.roles):
            ids.setdefault(application.id)
    found = [turn.library.get(id_) for id_ in ids if id_ in turn.library][:MOST]
    if not found:
        if subject.kind == "concept":
            blocks = [Text(subject.summary), *passage.field_blocks(turn, subject, "when")]
            return turn.reply(*blocks, ids=[subject.id])
        return turn.reply(
            Text(turn.phrase("applications_none", name=subject.name)), status="unsure"
        )
    lines = tuple(f"**{item.name}**: {item.summary}" for item in found)
    return turn.reply(
        Text(subject.summary),
        Bullets(lines, title=turn.phrase("applications_of", name=subject.name)),
        ids=[subject.id, *(item.id for item in found)],
        suggestions=concept.suggestions(turn, subject),
        actions=concept.actions(turn, subject),
    )


def _everything(turn: Turn) -> Reply:
    names: dict[str, list[str]] = {}
    every = turn.library.all_of(Application)
    for application in every:
        for industry in application.industries[:1] or ("",):
            names.setdefault(industry, []).append(application.name)
    lines = tuple(
        f"**{turn.library.name(industry)}**: {', '.join(listed)}"
        for industry, listed in sorted(names.items())
        if industry
    )
    title = turn.phrase("applications_all", count=len(every))
    return turn.reply(Bullets(lines, title=title), ids=["machine_learning", "deep_learning"])
