"""`lodestar path`: a plan made, kept, exported, and made anew as the learner goes on."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from assistant.commands.common import Json, load_mind, print_json
from assistant.commands.naming import role_ids
from assistant.errors import LodestarError, UsageError

FORMATS = (".md", ".ics", ".json")
MOST_CHANGES = 12


@click.command()
@click.argument("role", required=False, shell_complete=role_ids)
@click.option("--from", "background", help="Where you come from, in words.")
@click.option("--know", help="Ids or names you know already, with commas.")
@click.option("--hours", type=click.FloatRange(0.5, 80), help="A week; 6 where not given.")
@click.option("--weeks", type=click.IntRange(1, 520), help="A deadline, in weeks.")
@click.option("--by", type=click.DateTime(["%Y-%m-%d"]), help="A deadline, as a date.")
@click.option("--style", type=click.Choice(["theory", "hands-on"]), help="What comes first.")
@click.option("--export", type=click.Path(path_type=Path), help="Write FILE.md, .ics or .json.")
@click.option("--keep", is_flag=True, help="Keep it as your plan.")
@click.option("--done", help="Steps of your plan that are done, with commas.")
@click.option("--skip", help="Steps of your plan to leave out, with commas.")
@click.option("--replan", is_flag=True, help="Make your plan anew from today.")
@Json
def path(
    role: str | None, export: Path | None, keep: bool, done: str | None, skip: str | None,
    replan: bool, as_json: bool, **given: Any,
) -> None:  # fmt: skip
    """Plan the way into a role, week by week; without a role: where you stand in yours.

    \b
    Examples:
      lodestar path data_scientist --hours 8 --know python,sql --by 2027-06-30
      lodestar path data_analyst --from teacher --style hands-on --keep
      lodestar path --done python --replan
      lodestar path --export plan.ics
    """
    if given["weeks"] and given["by"]:
        raise UsageError("Give a deadline once: --weeks or --by.")
    if export and export.suffix not in FORMATS:
        raise UsageError(f"--export writes {', '.join(FORMATS)}, not {export.name!r}.")
    kept = _kept() if replan or role is None or done or skip else None
    if kept is None:
        made, changes = _first(role or "", given), None
    elif replan or done or skip or _says_something(role, given):
        made, changes = _again(kept, role, given, _names(done), _names(skip))
        keep = True
    else:
        made, changes = kept, None
    _finish(made, export, keep and made is not kept)
    if as_json:
        print_json(made if changes is None else made | {"changes": changes})
    else:
        _show(made, changes, standing=made is kept)


def _says_something(role: str | None, given: dict[str, Any]) -> bool:
    return bool(role) or any(value is not None for value in given.values())


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _kept() -> dict[str, Any]:
    from assistant.learner.access import open_store

    with open_store() as store:
        plan = store.load().plan
    if not plan or "request" not in plan:
        raise UsageError("You keep no plan yet. Make one: lodestar path ROLE --keep")
    return dict(plan)


def _today() -> date:
    from assistant.learner.access import now

    return now().date()


def _first(role: str, given: dict[str, Any]) -> dict[str, Any]:
    from assistant.careers import role_id
    from assistant.planning import HOURS_PER_WEEK, wish

    mind = load_mind()
    wanted = wish.Wish(
        role_id(mind, role), given["background"] or "", wish.known_ids(mind, given["know"] or ""),
        given["hours"] or HOURS_PER_WEEK, _deadline(given), given["style"] or "",
    )  # fmt: skip
    return wish.document(mind, wanted, _today())


def _deadline(given: dict[str, Any]) -> str:
    from assistant.planning import wish

    by: datetime | None = given["by"]
    return wish.deadline(given["weeks"], by.date() if by else None, _today())


def _again(
    kept: dict[str, Any], role: str | None, given: dict[str, Any], done: list[str], skip: list[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the plan made anew from today, and what changed."""
    from assistant.learner.access import now, open_store
    from assistant.learner.progress import told_done
    from assistant.planning import base, change, wish
    from assistant.planning.proof import proved

    mind = load_mind()
    ticked = [step for id_ in done for step in _steps(kept, id_)]
    left_out = [step for id_ in skip for step in _steps(kept, id_)]
    with open_store() as store:
        for step in ticked:
            store.record("step_done", {"id": step}, now())
        for step in left_out:
            store.record("step_skipped", {"id": step}, now())
        records = store.load()
    over = change.carried(kept, told_done(records.events), proved(records, now()), left_out)
    asked = _changed(mind, wish.wish_from(kept), role, given)
    skipped = tuple(dict.fromkeys((*asked.skipped, *(base(id_) for id_ in left_out))))
    reasons = {**asked.reasons, **{id_: why for id_, why in over.known.items()
                                   if id_ not in skipped}}  # fmt: skip
    spent = {id_: over.spent.get(id_, 0.0) + asked.spent.get(id_, 0.0)
             for id_ in {*over.spent, *asked.spent}}  # fmt: skip
    asked = replace(asked, skipped=skipped, reasons=reasons, spent=spent)
    made = wish.document(mind, asked, _today())
    return made, [change.as_json(row) for row in change.changes(kept, made)]


def _steps(kept: dict[str, Any], id_: str) -> list[str]:
    from assistant.planning import change

    found = change.whole(kept, id_)
    if not found:
        raise UsageError(f"Your plan has no step {id_!r}. See its steps with: lodestar path --json")
    return found


def _changed(mind: Any, wanted: Any, role: str | None, given: dict[str, Any]) -> Any:
    """Return a wish with what was typed in the place of what was said earlier."""
    from assistant.careers import role_id
    from assistant.planning import wish

    if role:
        wanted = replace(wanted, role=role_id(mind, role))
    if given["know"]:
        known = (*wanted.known, *wish.known_ids(mind, given["know"]))
        wanted = replace(wanted, known=tuple(dict.fromkeys(known)))
    if given["weeks"] or given["by"]:
        wanted = replace(wanted, by=_deadline(given))
    named = {"background": given["background"], "hours": given["hours"], "style": given["style"]}
    return replace(wanted, **{name: value for name, value in named.items() if value is not None})


def _finish(made: dict[str, Any], export: Path | None, keep: bool) -> None:
    from assistant.learner.access import now, open_store

    if keep:
        with open_store() as store:
            store.save_plan(made, now())
        click.echo("Kept as your plan; see it with: lodestar path", err=True)
    if export:
        _write(made, export)


def _write(made: dict[str, Any], file: Path) -> None:
    from assistant.learner.access import now
    from assistant.planning import export

    if file.suffix == ".ics":
        content = export.calendar(made, now())
    elif file.suffix == ".md":
        library = load_mind().library
        content = export.markdown(made, library.name).encode()
    else:
        content = export.as_text(made).encode()
    try:
        file.write_bytes(content)
    except OSError as error:
        raise LodestarError(
            f"The plan could not be written to {file}: {error.strerror}.\n"
            "Nothing else was changed. Choose a folder you can write to."
        ) from error
    click.echo(f"Written to {file}", err=True)


def _show(made: dict[str, Any], changes: list[dict[str, Any]] | None, *, standing: bool) -> None:
    from assistant.planning import wish

    if changes is not None:
        _show_changes(changes)
    if standing:
        _show_standing(made)
        return
    for line in wish.lines(made):
        click.echo(line)


def _show_changes(changes: list[dict[str, Any]]) -> None:
    if not changes:
        click.echo("Nothing changed.\n")
        return
    order = ("gone", "new", "later", "sooner")
    ranked = sorted(changes, key=lambda row: order.index(row["what"]))
    for row in ranked[:MOST_CHANGES]:
        when = {"gone": row["why"], "new": f"by {row['after']}"}.get(
            row["what"], f"{row['before']} → {row['after']}"
        )
        click.echo(f"{row['what']:>6}  {row['title']} ({when})")
    if len(changes) > MOST_CHANGES:
        click.echo(f"        and {len(changes) - MOST_CHANGES} more (all of them with --json)")
    click.echo("")


def _show_standing(made: dict[str, Any]) -> None:
    from assistant.learner.access import now, open_store
    from assistant.planning import change
    from assistant.planning.proof import steps_done_in

    with open_store() as store:
        records = store.load()
    at = change.standing(made, steps_done_in(made, records, now()), _today())
    monday = change.start_of(made) + timedelta(weeks=at.week - 1)
    click.echo(f"{made['title']}: week {at.week} of {made['weeks']} (from {monday}), "
               f"ends on {made['ends']}")  # fmt: skip
    if at.late:
        click.echo(f"Not done yet from earlier weeks: {len(at.late)} steps, {at.hours_late:g} h. "
                   "Make the plan anew from today with: lodestar path --replan")  # fmt: skip
    for step in (*at.late, *at.coming)[:8]:
        click.echo(f"  week {step['week']:>3}  {step['hours']:>4g} h  {step['kind']}: "
                   f"{step['title']}  [{step['id']}]")  # fmt: skip
    click.echo("Tick steps off with: lodestar path --done ID")
