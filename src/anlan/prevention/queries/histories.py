"""What has happened to a problem and to a task, the newest first."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.words import by_whom

REPORT = re.compile(r"^R-\d{6}-\d+$")
MARKS = {"reopen": "late", "return": "now", "dispute": "now"}


@dataclass(frozen=True)
class Past:
    """One line of a problem's history."""

    what: str
    at: dt.datetime
    by: str
    words: str
    mark: str

    @property
    def report(self) -> str:
        """Return the number of the report that reopened it, or nothing."""
        return self.words if REPORT.match(self.words) else ""


@dataclass(frozen=True)
class Event:
    """One line of a task's history: when, what, by which organisation, in which words, and its mark."""

    at: dt.datetime
    what: str
    by: str = ""
    words: str = ""
    mark: str = "done"


def past_of(problem: Problem) -> list[Past]:
    """Return a problem's history, the newest first, down to the report that raised it."""
    moves = problem.moves.select_related("organisation").order_by("-pk")
    lines = [
        Past(str(move.get_after_display()), move.at, by_whom(move.organisation), move.words,
             MARKS.get(move.verb, "done"))
        for move in moves
    ]  # fmt: skip
    sent = problem.analysis.number if problem.analysis else ""
    return [*lines, Past(_("Raised"), problem.raised_at, "", sent, "done")]


def history_of(task: Task) -> list[Event]:
    """Return what has happened to a task and its problem, the newest first."""
    done = [Event(task.finished_at, _("Works done"), by_whom(task.organisation))] if task.finished_at else []
    events = [*_moves(task), *_results(task), *_extensions(task), *_requests(task), *_escalations(task), *done]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _moves(task: Task) -> list[Event]:
    return [Event(move.at, move.get_after_display(), by_whom(move.organisation), move.words)
            for move in task.problem.moves.select_related("organisation")]  # fmt: skip


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
    if request.answer == ExtensionRequest.Answer.REFUSED and request.answered_at:
        answered = by_whom(request.answered_by)
        events.append(Event(request.answered_at, _("Extension refused"), answered, request.words, "late"))
    return events


def _escalations(task: Task) -> list[Event]:
    return [Event(step.at, step.get_step_display(), by_whom(step.organisation), mark="late")
            for step in task.escalations.select_related("organisation")]  # fmt: skip
