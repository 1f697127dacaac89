"""Problems as the inbox shows them: its tabs, what somebody looks for, where a problem lies, its last step."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, Q, QuerySet

from anlan.core.city.areas import local_day
from anlan.core.models import AreaVersion, Organisation
from anlan.core.people.actors import Actor
from anlan.hotspots.models import SEES_ALL
from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.states import ProblemState, TaskState
from anlan.prevention.words import named


def shown_by(view: str, today: dt.date) -> Q:
    """Return what one tab of the inbox asks for."""
    wanted = {
        "sign": Q(state=ProblemState.ASSIGNED),
        "late": Q(due_on__lt=today),
        "asked": Q(pk__in=ExtensionRequest.objects.waiting().values("task__problem")),
        "check": Q(pk__in=Task.objects.filter(state=TaskState.WORKS_DONE).values("problem")),
        "rain": Q(state=ProblemState.ACCEPTED),
        "back": Q(state__in=[ProblemState.RETURNED, ProblemState.DISPUTED]),
        "done": Q(state=ProblemState.STRUCK_OFF),
    }
    return wanted.get(view, ~Q(state=ProblemState.STRUCK_OFF))


def looked_for(problems: QuerySet[Problem], words: str) -> QuerySet[Problem]:
    """Return the problems that somebody looks for: by number, title, site or instruction."""
    wanted = Q(number__icontains=words) | Q(title__icontains=words) | Q(instruction_ref__icontains=words)
    wanted |= Q(title_en__icontains=words)
    if words.isdecimal() and len(words) < 6:
        wanted |= Q(site__number=int(words))
    return problems.filter(wanted)


def area_of(problem: Problem) -> AreaVersion | None:
    """Return the area of a problem as it was called when the problem was raised, or last if it was gone by then."""
    begun = AreaVersion.objects.filter(area=problem.area_id, valid_from__lte=local_day(problem.raised_at))
    return begun.order_by("-valid_from").first() if problem.area_id else None


def last_move(problem: Problem) -> str:
    """Return what a page keeps of a problem's history, to notice a step that somebody else took meanwhile."""
    return str(problem.moves.aggregate(pk=Max("pk"))["pk"] or 0)


def organisation_named(actor: Actor) -> str:
    """Name the only organisation of somebody whose inbox is that organisation's; nothing for those who see all."""
    if actor.roles & SEES_ALL or len(actor.organisation_ids) != 1:
        return ""
    return named(Organisation.objects.filter(pk__in=actor.organisation_ids).first())
