"""What stands on a task's sheet beside the task: why it is done, where it lies, and since when it stands so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import F, Max, Window
from django.db.models.functions import RowNumber
from shapely.geometry.base import BaseGeometry

from anlan.core.chunks import chunks
from anlan.core.city.area_map import THIN_DEG
from anlan.core.city.areas import area_index, local_day, outline
from anlan.core.models import AreaVersion, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.print.sketch import Mark
from anlan.core.words import area_label
from anlan.hotspots.models import PlaceReport, SiteVersion, Study, StudyPlace
from anlan.intake.models import Report
from anlan.prevention.models import Problem, Task
from anlan.prevention.queries.tasks import visible_tasks

MOST_REPORTS = 6  # that a sheet names, the latest first
Latest = tuple[str, dt.datetime, str]


@dataclass(frozen=True)
class Grounds:
    """The place of a study behind a problem, and its latest reports: moment, and number and category if visible."""

    study: Study
    place: StudyPlace
    reports: list[Latest] = field(default_factory=list)


@dataclass(frozen=True)
class Ground:
    """The ground that sketches are drawn on: the areas in force on a day, and the places that the reader may see."""

    areas: tuple[AreaVersion, ...]
    outlines: list[BaseGeometry]  # as lines
    marks: list[Mark]

    @cached_property
    def city(self) -> list[BaseGeometry]:
        """The outlines for a sketch of the whole city: without subdistricts, thinned once for all sheets."""
        drawn = zip(self.areas, self.outlines, strict=True)
        return [line.simplify(THIN_DEG) for area, line in drawn if area.area.kind != "subdistrict"]


def tasks_of(numbers: Any, actor: Actor) -> list[Task]:
    """Return the tasks among these numbers that the actor may see, with what their sheets say of their problems."""
    found = visible_tasks(actor).filter(number__in=numbers)
    return list(found.select_related("problem__analysis", "problem__site").order_by("number"))


def ground_of(at: dt.datetime, actor: Actor) -> Ground:
    """Return the ground of a moment, with the problems that the actor may see and had been raised, by their sites."""
    areas = area_index(local_day(at))[0]
    placed = Problem.objects.visible_to(actor).filter(lon__isnull=False, site__isnull=False, raised_at__lte=at)
    rows: Any = placed.order_by("site__number").values_list("lon", "lat", "site__number")
    marks = [Mark(lon, lat, f"{number:03d}", strong=False) for lon, lat, number in rows]
    return Ground(areas, [outline(area).boundary for area in areas], marks)


def areas_at(problem: Problem, day: dt.date) -> list[str]:
    """Name the areas that a problem's place lies in, the widest first; its own where it has no place."""
    versions, index = area_index(day)
    if problem.lon is None or problem.lat is None:
        return [area_label(version) for version in versions if version.area_id == problem.area_id]
    found = (versions[n] for n in index.at(problem.lon, problem.lat))
    return [area_label(version) for version in found if version.area.kind != "city"]


def grounds_of(problems: Collection[Problem], actor: Actor) -> dict[int, Grounds]:
    """Return why problems were raised, by their keys: nothing for those that no study found."""
    wanted = {(problem.analysis.study_id, problem.site_id): problem.pk
              for problem in problems if problem.analysis and problem.site_id}  # fmt: skip
    versions = SiteVersion.objects.filter(
        site__in={site for _study, site in wanted}, study__in={study for study, _site in wanted}, place__isnull=False
    )
    found = [(wanted[version.study_id, version.site_id], version.study, version.place)
             for version in versions.select_related("study", "place")
             if version.place and (version.study_id, version.site_id) in wanted]  # fmt: skip
    latest = _latest([place for _problem, _study, place in found], actor)
    return {problem: Grounds(study, place, latest.get(place.pk, [])) for problem, study, place in found}


def _latest(places: Collection[StudyPlace], actor: Actor) -> dict[int, list[Latest]]:
    """Return the latest reports of each place; of those that the actor may not see only the moment."""
    rank = Window(RowNumber(), partition_by="place", order_by=[F("report__received_at").desc(), F("report").desc()])
    ranked = PlaceReport.objects.filter(place__in=places).annotate(rank=rank).filter(rank__lte=MOST_REPORTS)
    members = list(ranked.select_related("report__category").order_by("place", "rank"))
    seen = {pk for some in chunks([known.report_id for known in members])
            for pk in Report.objects.visible_to(actor).filter(pk__in=some).values_list("pk", flat=True)}  # fmt: skip
    found: dict[int, list[Latest]] = {}
    for known in members:
        report = known.report
        number, category = (report.number, area_label(report.category)) if report.pk in seen else ("", "")
        found.setdefault(known.place_id, []).append((number, report.received_at, category))
    return found


def moments_of(tasks: Sequence[Task]) -> dict[int, dt.datetime]:
    """Return when the ledger has last heard of each task or of its problem: a sheet is of that moment."""
    subjects = {subject for task in tasks for subject in _subjects(task)}
    heard: dict[str, str] = {}
    for some in chunks(sorted(subjects)):
        entries = LedgerEntry.objects.filter(subject__in=some).order_by()
        heard |= dict(entries.values_list("subject").annotate(last=Max("at")))
    return {task.pk: max(dt.datetime.fromisoformat(heard[subject]) for subject in _subjects(task) if subject in heard)
            for task in tasks}  # fmt: skip


def _subjects(task: Task) -> tuple[str, str]:
    return f"task:{task.number}", f"problem:{task.problem.number}"
