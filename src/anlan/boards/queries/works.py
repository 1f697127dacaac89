"""What is being put right: problems, tasks on lists, sites and key areas, each row in one state only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import F, QuerySet

from anlan.boards.scope import Scope
from anlan.hotspots.models import Site, SiteVersion
from anlan.prevention.models import ListedTask, Origin, Problem, Task
from anlan.prevention.queries.tasks import DONE
from anlan.prevention.states import ProblemState

NEAR = dt.timedelta(days=3)


def problems(scope: Scope) -> Counter[str]:
    """Count the problems as the inbox marks them: struck_off, late, soon, to_sign, in_hand."""
    states = _here(scope, Problem.objects.order_by(), "state", "due_on")
    return Counter(_standing(state, due_on, _today(scope)) for state, due_on in states)


def key_areas(scope: Scope) -> Counter[str]:
    """Count the listed key areas: struck_off, again (failed after it was struck off), in_hand."""
    areas = _here(scope, Problem.objects.filter(origin=Origin.KEY_AREA).order_by(), "state", "reopened")
    return Counter(
        "struck_off" if state == ProblemState.STRUCK_OFF else "again" if reopened else "in_hand"
        for state, reopened in areas
    )


def listed_tasks(scope: Scope) -> tuple[int, Counter[str]]:
    """Count the lists, and their lines: late, extended (not late since), done, open."""
    lines = _here(
        scope, ListedTask.objects.order_by(), "list_id", "due_on", "task__due_on", "task__state", "task__finished_at",
        place="task__problem__",
    )  # fmt: skip
    today, zone = _today(scope), scope.zone
    states = Counter(_lateness(due, later, state, finished and finished.astimezone(zone).date(), today)
                     for _, due, later, state, finished in lines)  # fmt: skip
    return len({line[0] for line in lines}), states


def sites(scope: Scope) -> Counter[str]:
    """Count the sites: proven (struck off after rain), waiting (for rain), interim, nothing; gone ones are left out."""
    states = dict(Problem.objects.filter(site__isnull=False).order_by().values_list("site_id", "state"))
    held = set(_interim_done().values_list("problem__site_id", flat=True))
    versions = SiteVersion.objects.filter(site__in=Site.objects.filter(merged_into=None))
    latest: dict[int, tuple[Any, ...]] = {}
    for site, lon, lat in versions.values_list("site_id", "place__lon", "place__lat"):
        before = latest.get(site, (None, None))
        latest[site] = (lon, lat, False) if lon is not None else (*before[:2], True)
    known = list(latest.items())
    here = scope.covers((lon, lat) for _, (lon, lat, _) in known)
    return Counter(
        _mended(states.get(site), site in held)
        for (site, (_, _, gone)), yes in zip(known, here, strict=True)
        if yes and not (gone and site not in states)
    )


def _interim_done() -> QuerySet[Task]:
    done = Task.objects.filter(kind=Task.Kind.INTERIM, state__in=DONE, round=F("problem__reopened"))
    return done.filter(problem__site__isnull=False).order_by()


def _mended(state: str | None, held: bool) -> str:
    if state == ProblemState.STRUCK_OFF:
        return "proven"
    return "waiting" if state == ProblemState.ACCEPTED else "interim" if held else "nothing"


def _standing(state: str, due_on: dt.date | None, today: dt.date) -> str:
    if due_on is None:
        return "struck_off"
    if due_on < today:
        return "late"
    if due_on - today <= NEAR:
        return "soon"
    return "to_sign" if state == ProblemState.ASSIGNED else "in_hand"


def _lateness(due: dt.date, later: dt.date, state: str, finished: dt.date | None, today: dt.date) -> str:
    done = finished if state in DONE else None
    if (done or today) > later:
        return "late"
    return "extended" if later > due else "done" if done else "open"


def _today(scope: Scope) -> dt.date:
    """Return the day against which lateness is told; the end of a day is that day still."""
    return (scope.stand - dt.timedelta(microseconds=1)).astimezone(scope.zone).date()


def _here(scope: Scope, found: QuerySet[Any], *names: str, place: str = "") -> list[tuple[Any, ...]]:
    """Return columns of the rows whose problem lies in the area: by its point, without one by its area."""
    placed = list(found.values_list(f"{place}lon", f"{place}lat", f"{place}area_id", *names))
    within = scope.covers((lon, lat) for lon, lat, *_ in placed)
    wanted = scope.area.area_id if scope.area else None
    return [tuple(columns) for (lon, _lat, area, *columns), yes in zip(placed, within, strict=True)
            if yes or (lon is None and area == wanted)]  # fmt: skip
