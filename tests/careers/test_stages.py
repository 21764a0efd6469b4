"""What holds at the learner's stage is said with the plan, out of the knowledge base."""

from collections.abc import Callable

import pytest

from assistant.conversation import Conversation
from assistant.language.story.life import STAGES
from assistant.render.plain import text_of
from assistant.replies.path import STAGES_FAQ
from knowledge.library import Library
from knowledge.schema import Faq

ASKED = "Make me a plan to become a data analyst on 6 hours a week."
TOLD = {
    "pupil": "I'm in high school.",
    "student": "I'm a student.",
    "graduate": "I'm a fresh graduate.",
    "working": "I work full time.",
    "unemployed": "I was laid off.",
    "career break": "I'm on maternity leave.",
}


def cases(shelf: Library) -> dict[str, str]:
    faq = shelf.get_as(Faq, STAGES_FAQ)
    assert faq is not None
    assert len({case.who for case in faq.cases}) == len(faq.cases)
    return {case.who.casefold(): case.answer for case in faq.cases}


def test_every_stage_that_is_told_has_its_case(shelf: Library):
    assert set(cases(shelf)) == set(STAGES) == set(TOLD)


@pytest.mark.parametrize("stage", STAGES)
def test_a_plan_says_what_holds_at_the_stage(
    stage: str, shelf: Library, chat: Callable[[], Conversation]
):
    reply = chat().respond(f"{TOLD[stage]} {ASKED}")
    said = {name for name, text in cases(shelf).items() if text in text_of(reply.blocks)}
    assert said == {stage}
    assert STAGES_FAQ in {source.id for source in reply.sources}


def test_no_stage_told_is_none_said(shelf: Library, chat: Callable[[], Conversation]):
    reply = chat().respond(ASKED)
    assert not any(text in text_of(reply.blocks) for text in cases(shelf).values())
    assert STAGES_FAQ not in {source.id for source in reply.sources}
