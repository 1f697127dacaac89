"""Problems as the inbox shows them: its tabs, what somebody looks for, where a problem lies."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from anlan.core.city.areas import local_day
from anlan.core.models import AreaVersion, Organisation
from anlan.core.people.actors import Actor
from anlan.hotspots.models import SEES_ALL
from anlan.prevention.models import ExtensionRequest, Problem, Task
from anlan.prevention.moves import PROBLEMS, TASKS
from anlan.prevention.states import ProblemState
from anlan.prevention.words import named


def shown_by(view: str, today: dt.date) -> Q:
    """Return what one tab of the inbox asks for."""
    wanted = {
        "sign": Q(state__in=PROBLEMS["sign_for"].source),
        "late": Q(due_on__lt=today),
        "asked": Q(pk__in=ExtensionRequest.objects.waiting().values("task__problem")),
        "check": Q(pk__in=Task.objects.filter(state__in=TASKS["verify"].source).values("problem")),
        "rain": Q(state__in=PROBLEMS["strike_off"].source),
        "back": Q(state__in=PROBLEMS["return"].to),
        "done": Q(state__in=PROBLEMS["strike_off"].to),
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


def organisation_named(actor: Actor) -> str:
    """Name the only organisation of somebody whose inbox is that organisation's; nothing for those who see all."""
    if actor.roles & SEES_ALL or len(actor.organisation_ids) != 1:
        return ""
    return named(Organisation.objects.filter(pk__in=actor.organisation_ids).first())
