"""What has happened to a problem and to a task, the newest first."""

from __future__ import annotations

import re

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.core.models import Organisation
from anlan.core.pages import Event
from anlan.prevention.models import Escalation, ExtensionRequest, Problem, Task
from anlan.prevention.moves import PROBLEMS, works_of
from anlan.prevention.states import RequestState
from anlan.prevention.words import by_whom

REPORT = re.compile(r"^R-\d{6}-\d+$")
MARKS = {move.called(to): move.mark for move in PROBLEMS.moves for to in move.to}


def past_of(problem: Problem, *, opens_reports: bool = False) -> list[Event]:
    """Return a problem's history, the newest first, down to the report that raised it."""
    moves = problem.moves.select_related("organisation").order_by("-pk")
    lines = [
        Event(move.at, str(move.get_after_display()), by_whom(move.organisation), move.words,
              MARKS.get(move.verb, "done"), _report(move.words) if opens_reports else "")
        for move in moves
    ]  # fmt: skip
    sent = problem.analysis.number if problem.analysis else ""
    return [*lines, Event(problem.raised_at, _("Raised"), words=sent)]


def _report(words: str) -> str:
    """Return the address of the report that reopened it, or nothing."""
    return reverse("intake:report_page", args=[words]) if REPORT.match(words) else ""


def history_of(task: Task) -> list[Event]:
    """Return what has happened to a task and its problem, the newest first."""
    steps = _escalations(task.escalations.all())
    events = [*_moves(task), *_works(task), *_results(task), *_extensions(task), *_requests(task), *steps]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _moves(task: Task) -> list[Event]:
    return [Event(move.at, move.get_after_display(), by_whom(move.organisation), move.words)
            for move in task.problem.moves.select_related("organisation")]  # fmt: skip


def _works(task: Task) -> list[Event]:
    """Return each time that works were said to be done, by whom it was then: the task may have been handed on since."""
    said = list(works_of([task]))
    others = {works.by for works in said if works.by} - {task.organisation_id}
    doers = {task.organisation_id: task.organisation, **(Organisation.objects.in_bulk(others) if others else {})}
    return [Event(works.at, _("Works done"), by_whom(doers.get(works.by or 0))) for works in said]


def _results(task: Task) -> list[Event]:
    return [
        Event(result.verified_at, _("Passed") if result.passed else _("Refused"), by_whom(result.by), result.words,
              "done" if result.passed else "late")
        for result in task.results.select_related("by")
    ]  # fmt: skip


def _extensions(task: Task) -> list[Event]:
    moved = _("Extended from %(before)s to %(after)s")
    return [Event(extension.at, moved % {"before": extension.before, "after": extension.after},
                  by_whom(extension.by), extension.reason)
            for extension in task.extensions.select_related("by")]  # fmt: skip


def _requests(task: Task) -> list[Event]:
    return [event for request in task.requests.select_related("by", "answered_by") for event in _of_request(request)]


def _of_request(request: ExtensionRequest) -> list[Event]:
    """Return that an extension was asked for, and that it was refused; a granted one is told by the extension."""
    asked = _("Extension until %(day)s asked for") % {"day": request.due_on}
    events = [Event(request.at, asked, by_whom(request.by), request.reason, "now")]
    if request.state == RequestState.REFUSED and request.answered_at:
        answered = by_whom(request.answered_by)
        events.append(Event(request.answered_at, _("Extension refused"), answered, request.words, "late"))
    return events


def steps_of(problem: Problem) -> list[Event]:
    """Return the steps of the ladder that were taken for a problem's own steps, not for one of its tasks."""
    return _escalations(problem.escalations.filter(task=None))


def _escalations(steps: QuerySet[Escalation]) -> list[Event]:
    return [Event(step.at, step.get_step_display(), by_whom(step.organisation), mark="late")
            for step in steps.select_related("organisation")]  # fmt: skip
