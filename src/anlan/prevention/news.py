"""What prevention tells somebody (answers, results, reminders, returns), and what its steps are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.recent import MOST, Line, deeds, labels, news
from anlan.core.words import typed
from anlan.prevention.columns import problem_href
from anlan.prevention.models import Escalation, ExtensionRequest, Move, Result
from anlan.prevention.moves import EXTENSIONS, PROBLEMS, TASKS
from anlan.prevention.states import ProblemState, RequestState

BACK = (ProblemState.RETURNED, ProblemState.DISPUTED)


def _problem(number: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    return number, problem_href(number)


def _task(number: str, payload: Mapping[str, Any] | None = None) -> tuple[str, str]:
    return number, reverse("prevention:task", args=[number])


deeds("prevention", "problem", labels(PROBLEMS) | {"prevention.problem_raised": gettext_lazy("Raise")}, _problem)
deeds("prevention", "task", labels(TASKS, EXTENSIONS), _task)
deeds("prevention", "list", {"prevention.list_issued": gettext_lazy("Issue a list")},
      lambda number, payload: (number, reverse("prevention:issued", args=[number])))  # fmt: skip


@news("prevention")
def told(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    """Tell organisations of answers, results and the ladder, and supervisors of what came back to them."""
    if Role.OFFICER in actor.roles:
        yield from _answers(actor, since)
        yield from _results(actor, since)
        yield from _ladder(actor, since)
    if Role.SUPERVISOR in actor.roles:
        yield from _returns(actor, since)


def _answers(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    states = (RequestState.GRANTED, RequestState.REFUSED)
    found = ExtensionRequest.objects.filter(by__in=actor.organisation_ids, answered_at__gte=since, state__in=states)
    for request in found.select_related("task").order_by("-answered_at")[:MOST]:
        assert request.answered_at is not None
        number, url = _task(request.task.number)
        if request.state == RequestState.GRANTED:
            until = _("until %(day)s") % {"day": request.task.due_on}
            yield Line(request.answered_at, number, url, _("Extension granted"), until)
        else:
            yield Line(request.answered_at, number, url, _("Extension refused"), typed(request.words), "late")


def _results(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    found = Result.objects.filter(task__organisation__in=actor.organisation_ids, verified_at__gte=since)
    for result in found.select_related("task").order_by("-pk")[:MOST]:
        what, mark = (_("Verified: passed"), "done") if result.passed else (_("Verified: not passed"), "late")
        yield Line(result.verified_at, *_task(result.task.number), what, typed(result.words), mark)


def _ladder(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    found = Escalation.objects.filter(organisation__in=actor.organisation_ids, at__gte=since)
    for step in found.select_related("task", "problem").order_by("-pk")[:MOST]:
        number, url = _task(step.task.number) if step.task else _problem(step.problem.number, {})
        due = _("was due on %(day)s") if step.step != Escalation.Step.REMIND else _("due on %(day)s")
        yield Line(step.at, number, url, str(step.get_step_display()), due % {"day": step.due_on},
                   "warn" if step.step == Escalation.Step.REMIND else "late")  # fmt: skip


def _returns(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    found = Move.objects.filter(at__gte=since, after__in=BACK).select_related("problem").order_by("-pk")
    for move in found[:MOST]:
        number, url = _problem(move.problem.number, {})
        yield Line(move.at, number, url, str(move.get_after_display()), typed(move.words), "warn")
