"""Plans hold for every role, background and pace: ordered, within the hours, never idle long."""

from collections import Counter, defaultdict
from datetime import date

import pytest

from assistant.planning import DOING, Plan, base, plan
from assistant.planning.change import carried, changes, standing, whole
from assistant.planning.weeks import idle_weeks
from knowledge.library import Library
from knowledge.schema import Concept, Path, Role
from skills.exercise import catalogue

BACKGROUNDS = (
    "", "software_to_ml_engineer", "mechanical_engineer_to_ml", "teacher_to_data_analyst",
    "physicist_or_mathematician_to_ml", "data_analyst_to_data_scientist", "finance_to_data_science",
    "biologist_to_medical_ai", "devops_to_mlops",
)  # fmt: skip
PACES = (3, 6, 15)


def made(shelf: Library, role: str, background: str = "", hours: float = 6, **more) -> Plan:
    start = shelf.get_as(Path, background)
    route = start if start and start.role == role else shelf.path_to(role)
    assert route is not None
    return plan(shelf, route, catalogue(), hours, background=start, **more)


def faults(shelf: Library, laid: Plan) -> list[str]:
    """Return what is wrong with a plan."""
    found, seen, hours = [], set(), Counter()
    place = {step.id: index for index, step in enumerate(laid.steps)}
    if len(place) != len(laid.steps):
        found.append("a step stands twice")
    left_out = {id_ for id_, _ in laid.skipped}
    last = {base(step.id): index for index, step in enumerate(laid.steps)}
    for index, step in enumerate(laid.steps):
        found += [f"{step.id} before {need}" for need in step.after if need not in seen]
        seen.add(step.id)
        hours[step.week] += step.hours
        concept = shelf.get_as(Concept, base(step.id)) if step.kind == "concept" else None
        for need in concept.prerequisites if concept else ():
            if need not in left_out and last.get(need, index) >= index:
                found.append(f"{step.id} stands before {need}, which it needs")
            if need not in left_out and need not in last:
                found.append(f"{need} is missing, {step.id} needs it")
    found += [f"week {week}: {total} h" for week, total in hours.items()
              if total > laid.hours_per_week]  # fmt: skip
    weeks = [step.week for step in laid.steps]
    if weeks != sorted(weeks) or set(weeks) != set(range(1, laid.weeks + 1)):
        found.append("the weeks are not in order, or one is empty")
    if idle_weeks(laid.steps) > 1:
        found.append(f"{idle_weeks(laid.steps)} weeks without doing")
    if left_out & set(last):
        found.append("something is left out and planned")
    return found


def test_every_role_background_and_pace(shelf: Library):
    roles = shelf.all_of(Role)
    assert len(roles) >= 22
    wrong = {}
    for role in roles:
        for background in BACKGROUNDS:
            for hours in PACES:
                found = faults(shelf, made(shelf, role.id, background, hours))
                if found:
                    wrong[role.id, background, hours] = found[:3]
    assert not wrong


@pytest.mark.parametrize("style", ["theory_first", "hands_on", "theory", "hands-on"])
@pytest.mark.parametrize("hours", [0.5, 1, 2.5, 80])
def test_styles_and_odd_hours(shelf: Library, style: str, hours: float):
    for role in ("machine_learning_engineer", "bi_analyst"):
        laid = made(shelf, role, hours=hours, style=style)
        wrong = [
            fault for fault in faults(shelf, laid) if hours >= 2 or "without doing" not in fault
        ]
        assert not wrong


def test_the_style_moves_the_doing(shelf: Library):
    def first(style: str) -> float:
        steps = made(shelf, "data_scientist", style=style).steps
        done = [index for index, step in enumerate(steps) if step.kind == "project"]
        return steps[done[0]].week

    assert first("hands_on") < first("theory_first")
    doing = {
        style: sum(s.hours for s in made(shelf, "data_scientist", style=style).steps
                   if s.kind in DOING)
        for style in ("hands_on", "theory_first")
    }  # fmt: skip
    assert doing["hands_on"] > 1.2 * doing["theory_first"]


def test_what_is_known_is_left_out_and_said(shelf: Library):
    laid = made(shelf, "machine_learning_engineer", known={"python", "transformer"})
    reasons = dict(laid.skipped)
    ids = {base(step.id) for step in laid.steps}
    assert reasons["python"] == "you know it"
    assert "python_data_structures" not in ids and "Python" in reasons["python_data_structures"]
    assert "transformer" not in ids
    assert not {"python", "practice:python"} & ids


def test_a_background_brings_what_it_gives(shelf: Library):
    laid = made(shelf, "mlops_engineer", "software_to_ml_engineer")
    assert "software engineer" in dict(laid.skipped)["git"]
    alone = made(shelf, "mlops_engineer")
    assert laid.hours < alone.hours


def test_backgrounds_give_nothing_that_their_path_teaches(shelf: Library):
    for route in shelf.all_of(Path):
        taught = {id_ for phase in route.phases for id_ in phase.competencies}
        assert not taught & set(route.gives), route.id


def test_every_block_ends_with_its_project_and_a_check(shelf: Library):
    for role in shelf.all_of(Role):
        laid = made(shelf, role.id)
        kinds = defaultdict(list)
        for step in laid.steps:
            kinds[step.phase].append(step)
        for steps in kinds.values():
            items = list(dict.fromkeys(base(step.id) for step in reversed(steps)))
            assert [id_.partition(":")[0] for id_ in items[:2]] == ["check", "project"]
            assert sum(step.hours for step in steps if step.kind == "project") >= 12
        assert len(laid.milestones) == len(kinds)


def test_engineers_build_a_recommender_a_cnn_and_an_rnn(shelf: Library):
    text = " ".join(stone.project for stone in made(shelf, "machine_learning_engineer").milestones)
    assert all(word in text for word in ("recommender", "CNN", "RNN"))
    ids = {step.id for step in made(shelf, "machine_learning_engineer").steps}
    assert {"exercise:cnn_digits", "exercise:recommender"} <= ids


def test_a_deadline_too_near_says_what_fits_and_what_is_cut(shelf: Library):
    whole_ = made(shelf, "data_scientist")
    laid = made(shelf, "data_scientist", weeks=30)
    due = laid.deadline
    assert due and not due.fits
    assert due.full_weeks == whole_.weeks and due.full_hours == whole_.hours
    assert max(step.week for step in laid.steps) <= 30
    assert not faults(shelf, laid)
    kept = sum(step.hours for step in laid.steps)
    assert kept <= 30 * 6
    gone = {cut.id for cut in due.cut}
    missing = {base(s.id) for s in whole_.steps} - {base(s.id) for s in laid.steps}
    assert missing <= gone
    enough = made(shelf, "data_scientist", hours=due.hours_needed, weeks=31)
    assert enough.deadline and enough.deadline.fits


def test_a_deadline_far_away_changes_nothing(shelf: Library):
    laid = made(shelf, "bi_analyst", weeks=500)
    assert laid.deadline and laid.deadline.fits and not laid.deadline.cut
    assert laid.steps == made(shelf, "bi_analyst").steps


def document(laid: Plan, start: str) -> dict:
    return laid.as_json() | {"start": start}


def test_hours_come_with_a_range(shelf: Library):
    doc = made(shelf, "bi_analyst").as_json()
    low, high = doc["hours_range"]
    assert low < doc["hours"] < high
    assert all(step["hours_range"][0] <= step["hours"] <= step["hours_range"][1]
               for step in doc["steps"])  # fmt: skip


def test_replanning_takes_over_what_was_done(shelf: Library):
    before = document(made(shelf, "bi_analyst"), "2026-01-05")
    parts = whole(before, "excel")
    assert len(parts) > 1
    over = carried(before, {parts[0]}, {"exercise:x": "you passed it here"}, ["looker"])
    spent = sum(s["hours"] for s in before["steps"] if s["id"] == parts[0])
    assert over.spent == {"excel": spent}
    assert over.known == {"exercise:x": "you passed it here", "looker": "you skip it"}
    done = carried(before, set(parts), {})
    assert done.known == {"excel": "done"}
    after = document(made(shelf, "bi_analyst", known=done.known), "2026-03-02")
    rows = {row.id: row for row in changes(before, after)}
    assert rows["excel"].what == "gone" and rows["excel"].why == "done"
    assert "practice:excel" in {base(step["id"]) for step in after["steps"]}  # learned is not done
    last = rows["check:3"]
    assert last.what == "later" and last.before and last.after and last.before < last.after


def test_hours_put_in_shorten_what_is_left(shelf: Library):
    def hours(laid: Plan) -> float:
        return sum(step.hours for step in laid.steps if base(step.id) == "excel")

    less = hours(made(shelf, "bi_analyst", spent={"excel": 2.0}))
    assert less == hours(made(shelf, "bi_analyst")) - 2.0


def test_standing_tells_what_is_late(shelf: Library):
    doc = document(made(shelf, "bi_analyst"), "2026-01-05")
    first = [step["id"] for step in doc["steps"] if step["week"] == 1]
    at = standing(doc, set(first), date(2026, 1, 19))
    assert at.week == 3
    assert {step["week"] for step in at.late} == {2}
    assert standing(doc, set(), date(2026, 1, 5)).late == ()


def test_nothing_changed_is_nothing_to_show(shelf: Library):
    doc = document(made(shelf, "bi_analyst"), "2026-01-05")
    assert changes(doc, doc) == ()
