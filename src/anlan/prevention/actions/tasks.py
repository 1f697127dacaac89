"""The lead's work: plan, evidence, works done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.sealed import commitment, new_salt
from anlan.core.series import Series
from anlan.core.time.calendar import working_calendar
from anlan.intake.actions.storage import PhotoBytes
from anlan.prevention import rules
from anlan.prevention.actions.steps import (
    entry,
    locked,
    locked_task,
    organisation,
    organisation_of,
    require_holder,
    require_seen,
    step_due,
    take,
)
from anlan.prevention.models import Evidence, ExtensionRequest, Problem, Task
from anlan.prevention.rules import TASK_MOVES, VERIFY_DAYS, PreventionRefused, TaskState

DONE = ("state", "finished_at", "finished_by", "verify_by")  # what changes when works are done
NEEDED = ("kind", "title", "responsible", "due_on", "criterion")


@verb("prevention.working.plan_tasks")
def plan_tasks(
    *, tasks: Sequence[dict[str, Any]], seen: str | None = None, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Plan tasks of one problem or of many: rows of `problem kind title responsible due_on criterion`.

    `responsible` is a post; `organisation` may name a supporting one, else the lead does it. A deadline on a day
    that is not worked moves to the next working day.
    """
    actor.require(Role.OFFICER)
    today, calendar = local_day(at), working_calendar()
    given = Series("T", today.year).next_many(len(tasks))
    found = {one.number: one for one in locked([str(row.get("problem", "")) for row in tasks], actor)}
    for one in found.values():
        require_holder(actor, one.lead)
    require_seen(list(found.values()), seen)
    doers = _doers(tasks, list(found.values()))
    rows = []
    for number, told in zip(given, tasks, strict=True):
        _require_row(told, today)
        problem = found[str(told["problem"])]
        due_on = calendar.next_working_day(told["due_on"])
        rows.append(Task(
            number=number, problem=problem, kind=told["kind"], title=told["title"].strip()[:120],
            responsible=told["responsible"].strip()[:80],
            organisation_id=doers[problem.pk, told.get("organisation") or None],
            due_on=due_on, first_due_on=due_on, criterion=told["criterion"].strip()[:200], round=problem.reopened,
        ))  # fmt: skip
    Task.objects.bulk_create(rows, batch_size=500)
    ledger.append_many([
        entry("task_planned", f"task:{row.number}", actor, at,
              {"problem": row.problem.number, "kind": row.kind, "due_on": str(row.due_on)}) for row in rows
    ])  # fmt: skip
    problems = list(found.values())
    take(problems, "plan", actor=actor, at=at, due=earliest_due(problems))
    return {"tasks": given}


@verb("prevention.working.add_evidence")
def add_evidence(
    *, task: str, words: str = "", photo: PhotoBytes | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Add a photo (re-encoded by the caller) or a line of words to a task."""
    actor.require(Role.OFFICER, Role.VERIFIER)
    one = locked_task(task, actor)
    if photo is None and not words.strip():
        raise PreventionRefused(_("Choose a photo or write a line."), "photo")
    if one.state == TaskState.PASSED:
        raise PreventionRefused(_("The works have passed; what happens now is told of the problem."))
    if Role.VERIFIER not in actor.roles:
        require_holder(actor, one.organisation)
    row = Evidence.objects.create(task=one, added_at=at, organisation_id=_proving(one, actor),
                                  words=words.strip()[:200], **_kept(photo))  # fmt: skip
    told: dict[str, Any] = {"evidence": row.pk}
    if photo is not None and row.salt:
        told["photo"] = commitment(bytes(row.salt), {"jpeg": photo.jpeg})
    ledger.append("prevention.evidence_added", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    return {"task": one.number, "evidence": row.pk}


@verb("prevention.working.finish_task")
def finish_task(*, task: str, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Say that works are done: the doer's word, which a verifier who is somebody else will look at."""
    actor.require(Role.OFFICER)
    one = locked_task(task, actor)
    told = done(one, actor, at, proved=_proved(one))
    one.save(update_fields=DONE)
    withdraw_requests([one], at)
    ledger.append("prevention.works_done", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
    refresh_due({one.problem: at})
    return {"task": one.number} | told


def _proving(one: Task, actor: Actor) -> int | None:
    """Return whose evidence it is: the doer's own, or a verifier's."""
    own = actor.is_system or one.organisation_id in actor.organisation_ids
    return one.organisation_id if own else organisation_of(actor)


def _proved(one: Task) -> bool:
    """Whether the doer has shown something since a verifier last looked."""
    own, looked = one.evidence.filter(organisation=one.organisation_id), one.results.last()
    return (own.filter(added_at__gte=looked.verified_at) if looked else own).exists()


def done(one: Task, actor: Actor, at: dt.datetime, *, proved: bool) -> dict[str, Any]:
    """Set a task's columns `DONE`, or refuse; return what its entry says."""
    require_holder(actor, one.organisation)
    one.state = rules.after(TASK_MOVES, one.state, "finish", one.number)
    if not proved:
        raise PreventionRefused(_("Add evidence first: a photo, or a line that says what was done."), "photo")
    one.finished_at, one.finished_by = at, actor.name
    one.verify_by = working_calendar().add_working_days(local_day(at), VERIFY_DAYS)
    return {"verify_by": str(one.verify_by)}


def withdraw_requests(tasks: Collection[Task], at: dt.datetime) -> None:
    """Take back what was asked for tasks that are done: nothing is left to extend."""
    waiting = ExtensionRequest.objects.waiting().filter(task__in=tasks)
    waiting.update(answer=ExtensionRequest.Answer.WITHDRAWN, answered_at=at)


def refresh_due(moments: Mapping[Problem, dt.datetime]) -> None:
    """Let problems in work be due when their next task, or the verifying of one, is; without any to be planned.

    A problem that waits for its lead keeps the clock of that step.
    """
    working = [problem for problem in moments if problem.state == rules.ProblemState.IN_WORK]
    earliest = earliest_due(working)
    for problem in working:
        due_on = earliest.get(problem.pk)
        problem.due_on = due_on or step_due(problem.state, local_day(moments[problem]), working_calendar())
    Problem.objects.bulk_update(working, ["due_on"], batch_size=200)


def earliest_due(problems: Sequence[Problem]) -> dict[int, dt.date]:
    waiting = Task.objects.filter(problem__in=problems).order_by()
    doing = waiting.filter(state__in=[TaskState.OPEN, TaskState.REFUSED]).values_list("problem")
    done = waiting.filter(state=TaskState.WORKS_DONE, verify_by__isnull=False).values_list("problem")
    both = [*doing.annotate(day=Min("due_on")), *done.annotate(day=Min("verify_by"))]
    found: dict[int, dt.date] = {}
    for pk, day in both:
        found[pk] = min(day, found.get(pk, day))
    return found


def _require_row(told: dict[str, Any], today: dt.date) -> None:
    for name in NEEDED:
        if not str(told.get(name) or "").strip():
            raise PreventionRefused(_("A task needs kind, words, responsible post, deadline and criterion."), name)
    if told["kind"] not in set(Task.Kind.values):
        raise PreventionRefused(_("A task is interim or permanent."), "kind")
    rules.require_deadline(told["due_on"], today)


def _doers(tasks: Sequence[dict[str, Any]], problems: Sequence[Problem]) -> dict[tuple[int, str | None], int]:
    """Return who does what each row asks for: the lead, or a supporting organisation by its code."""
    doers: dict[tuple[int, str | None], int] = {}
    codes = {told["organisation"]: organisation(told["organisation"], "organisation")
             for told in tasks if told.get("organisation")}  # fmt: skip
    helping = set(Problem.supporting.through._default_manager.filter(
        problem_id__in=[one.pk for one in problems]).values_list("problem_id", "organisation_id"))  # fmt: skip
    for one in problems:
        assert one.lead_id is not None
        doers[one.pk, None] = one.lead_id
        for code, found in codes.items():
            if found.pk == one.lead_id or (one.pk, found.pk) in helping:
                doers[one.pk, code] = found.pk
    numbered = {one.number: one.pk for one in problems}
    for told in tasks:
        if (numbered[str(told["problem"])], told.get("organisation") or None) not in doers:
            raise PreventionRefused(_("Only the lead and supporting organisations do its tasks."), "organisation")
    return doers


def _kept(photo: PhotoBytes | None) -> dict[str, Any]:
    if photo is None:
        return {}
    return {"salt": new_salt(), "jpeg": photo.jpeg, "width": photo.width, "height": photo.height,
            "sha256": photo.sha256}  # fmt: skip
