"""The first look: each live report waits for it under a clock until somebody sorts it, with a ladder to the command."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

from anlan.core import jobs, ledger
from anlan.core.chunks import chunks
from anlan.core.city.current import city_zone
from anlan.core.ledger.verbs import verb
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time import deadlines
from anlan.core.time.clock import stamp
from anlan.core.time.deadlines import Timed
from anlan.core.time.rules import steps_due
from anlan.intake.models import Report
from anlan.intake.queries.unsorted import FIRST_LOOK, control_room, first_looks
from anlan.intake.rules.reports import is_live

JOB = "intake.first_look"
ESCALATED = "intake.report_escalated"


def await_looks(received: Sequence[tuple[str, dt.datetime]]) -> None:
    """Begin the first look at new reports, by number, each from its moment, and ask for the steps of its ladder."""
    if not received:
        return
    room = control_room()
    holder = room.pk if room else None
    deadlines.begin([Timed(f"report:{number}", at, FIRST_LOOK, holder) for number, at in received], fresh=True)
    _ask_for_steps({at for _number, at in received})


def await_again(report: Report, at: dt.datetime) -> None:
    """Begin it anew for a report that tells of nothing any more, where anybody waits for it."""
    if is_live(report.channel, report.validity, report.received_at, report.entered_at):
        room = control_room()
        deadlines.begin([Timed(f"report:{report.number}", at, FIRST_LOOK, room.pk if room else None)])
        _ask_for_steps({at})


def end_look(numbers: Iterable[str], at: dt.datetime) -> None:
    """End the first look at reports: somebody holds what they tell of, or they carry nothing."""
    deadlines.begin([Timed(f"report:{number}", at, None) for number in numbers])


@verb("intake.first_look.escalate_unsorted")
def escalate_unsorted(*, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Take the steps of the ladder that have come for reports that nobody has sorted; each step is taken once."""
    actor.require(Role.SUPERVISOR)
    waiting = list(first_looks().select_for_update(of=("self",)).select_related("rule").order_by("due_at", "pk"))
    taken = {run.subject: set[str]() for run in waiting}
    begun = {run.subject: stamp(run.started_at) for run in waiting}
    for some in chunks(list(begun)):
        for entry in LedgerEntry.objects.filter(kind=ESCALATED, subject__in=some):
            if entry.at >= begun[entry.subject]:
                taken[entry.subject].add(json.loads(entry.payload)["step"])
    entries = [
        ledger.row_of(ESCALATED, actor, at, run.subject, ledger.canonical({"step": str(step), **_about(run)}))
        for run in waiting
        for step in steps_due(run.rule.rungs(), run.due_at, at, city_zone(), taken[run.subject])
    ]
    if entries:
        ledger.append_rows(entries)
    return {"steps": len(entries)}


def _about(run: ClockRun) -> dict[str, Any]:
    return {"due_at": stamp(run.due_at), "organisation": run.organisation_id}


def _ask_for_steps(begun: Iterable[dt.datetime]) -> None:
    """Ask once a minute for the steps that will have come by its end."""
    rungs = deadlines.rule_of(FIRST_LOOK).rungs()
    due = (deadlines.due_at(FIRST_LOOK, at) for at in begun)
    ends = {_end_of_minute(moment + dt.timedelta(minutes=rung.minutes or 0)) for moment in due for rung in rungs}
    asked = {f"{JOB}:{end.astimezone(dt.UTC):%Y%m%dT%H%M}": end for end in sorted(ends)}
    for key in jobs.unknown(asked):
        jobs.enqueue(JOB, {}, key=key, run_after=asked[key])


def _end_of_minute(moment: dt.datetime) -> dt.datetime:
    end = moment.replace(second=0, microsecond=0)
    return end if end == moment else end + dt.timedelta(minutes=1)
