"""What is being put right: problems, tasks on lists, sites and key areas, each row in one state only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from anlan.boards.queries.past import Stood, problems_at, tasks_at
from anlan.boards.scope import Scope
from anlan.hotspots.models import Site, SiteVersion
from anlan.prevention.models import ListedTask, Origin, Problem, Task
from anlan.prevention.queries.tasks import DONE
from anlan.prevention.states import ProblemState, TaskState

NEAR = dt.timedelta(days=3)


@dataclass(frozen=True)
class Standing:
    """How every problem and every task stands, read once for all that is counted of them."""

    problems: dict[int, Stood]
    tasks: dict[int, Stood]


def standing(scope: Scope) -> Standing:
    """Return how problems stand, and tasks by their works, or, of a day that is over, how they stood at its end."""
    if scope.is_whole_day:
        then = tasks_at(scope)
        return Standing(problems_at(scope, then), then)
    problems = Problem.objects.order_by().values_list("pk", "state", "due_on", "reopened")
    tasks = Task.objects.order_by().values_list("pk", "state", "due_on", "finished_at")
    return Standing(
        {pk: Stood(state, due, None, reopened) for pk, state, due, reopened in problems},
        {pk: Stood(state, due, finished) for pk, state, due, finished in tasks},
    )


def problems(scope: Scope, standing: Standing) -> Counter[str]:
    """Count the problems as the inbox marks them: struck_off, late, soon, to_sign, in_hand."""
    stood = standing.problems
    found = _here(scope, Problem.objects.order_by(), "pk")
    return Counter(_standing(stood[pk].state, stood[pk].due_on, _today(scope)) for (pk,) in found if pk in stood)


def key_areas(scope: Scope, standing: Standing) -> Counter[str]:
    """Count the listed key areas: struck_off, again (failed after it was struck off), in_hand."""
    stood = standing.problems
    areas = _here(scope, Problem.objects.filter(origin=Origin.KEY_AREA).order_by(), "pk")
    return Counter(
        "struck_off" if stood[pk].state == ProblemState.STRUCK_OFF else "again" if stood[pk].reopened else "in_hand"
        for (pk,) in areas if pk in stood
    )  # fmt: skip


def listed_tasks(scope: Scope, standing: Standing) -> tuple[Counter[str], Counter[str]]:
    """Count the lists by the day that each names, as the bulletin does, and their lines by their own: late, extended,
    open, done.
    """
    issued = ListedTask.objects.filter(list__issued_on__lte=scope.day).order_by()
    rows = _here(scope, issued, "list_id", "list__due_on", "due_on", "task_id", place="task__problem__")
    today, stood, zone = _today(scope), standing.tasks, scope.zone
    lines, lists = Counter[str](), dict[int, tuple[dt.date, list[bool], list[str]]]()
    for number, until, due, pk in rows:
        task = stood.get(pk, Stood(TaskState.OPEN, due))
        finished = task.finished_at and task.finished_at.astimezone(zone).date()
        state = _lateness(due, task.due_on or due, task.state, finished, today)
        lines[state] += 1
        _until, kept, states = lists.setdefault(number, (until, [], []))
        kept.append(task.state == TaskState.PASSED and finished is not None and finished <= until)
        states.append("extended" if (task.due_on or due) > due else state)
    return Counter(_list_standing(*each, today) for each in lists.values()), lines


def sites(scope: Scope, standing: Standing) -> Counter[str]:
    """Count the sites: proven (struck off after rain), waiting (for rain), interim, nothing; gone ones are left out."""
    stood = standing.problems
    at_sites = Problem.objects.filter(site__isnull=False).order_by().values_list("site_id", "pk")
    states = {site: stood[pk].state for site, pk in at_sites if pk in stood}
    held = _held(standing)
    versions, merged = SiteVersion.objects.all(), Site.objects.filter(merged_into__isnull=False)
    if scope.is_whole_day:
        versions = versions.filter(study__adopted_at__lt=scope.at)
        merged = merged.filter(versions__in=versions.filter(change=SiteVersion.Change.MERGED))
    latest: dict[int, tuple[Any, ...]] = {}
    for site, lon, lat in versions.exclude(site__in=merged).values_list("site_id", "place__lon", "place__lat"):
        before = latest.get(site, (None, None))
        latest[site] = (lon, lat, False) if lon is not None else (*before[:2], True)
    known = list(latest.items())
    here = scope.covers((lon, lat) for _, (lon, lat, _) in known)
    return Counter(
        _mended(states.get(site), site in held)
        for (site, (_, _, gone)), yes in zip(known, here, strict=True)
        if yes and not (gone and site not in states)
    )


def _held(standing: Standing) -> set[int]:
    """Return the sites that interim works hold, planned since the problem was reopened last."""
    interim = Task.objects.filter(kind=Task.Kind.INTERIM, problem__site__isnull=False).order_by()
    known = interim.values_list("pk", "round", "problem_id", "problem__site_id")
    done = {pk for pk, task in standing.tasks.items() if task.state in DONE}
    times = {pk: problem.reopened for pk, problem in standing.problems.items()}
    return {site for pk, turn, problem, site in known if pk in done and times.get(problem) == turn}


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


def _list_standing(until: dt.date, kept: list[bool], states: list[str], today: dt.date) -> str:
    """Tell a list as the bulletin counts it: on time if each line was done by its day and passed, late after it."""
    if all(kept):
        return "done"
    return "late" if until < today else "extended" if "extended" in states else "open"


def _lateness(due: dt.date, later: dt.date, state: str, finished: dt.date | None, today: dt.date) -> str:
    done = finished if state in DONE else None
    if (done or today) > later:
        return "late"
    return "extended" if later > due else "done" if done else "open"


def _today(scope: Scope) -> dt.date:
    """Return the day against which lateness is told; the end of a day is that day still."""
    return (scope.at - dt.timedelta(microseconds=1)).astimezone(scope.zone).date()


def _here(scope: Scope, found: QuerySet[Any], *names: str, place: str = "") -> list[tuple[Any, ...]]:
    """Return columns of the rows whose problem lies in the area: by its point, without one by its area."""
    placed = list(found.values_list(f"{place}lon", f"{place}lat", f"{place}area_id", *names))
    within = scope.covers((lon, lat) for lon, lat, *_ in placed)
    wanted = scope.area.area_id if scope.area else None
    return [tuple(columns) for (lon, _lat, area, *columns), yes in zip(placed, within, strict=True)
            if yes or (lon is None and area == wanted)]  # fmt: skip
