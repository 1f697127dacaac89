"""What an analysis report shows: its problems, where each lies, what was known of it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.core.city.areas import area_index, local_day
from anlan.core.models import AreaVersion
from anlan.core.people.actors import Actor
from anlan.hotspots.models import SiteVersion, StudyPlace
from anlan.prevention.models import AnalysisReport, Problem
from anlan.prevention.queries.problems import in_english, named
from anlan.prevention.rules import ProblemState

WAITS = (ProblemState.RAISED, ProblemState.RETURNED)


@dataclass(frozen=True)
class Row:
    """One problem of a report, the areas that it lies in, and its place in the study."""

    problem: Problem
    areas: tuple[AreaVersion, ...]
    place: StudyPlace | None
    lead: str

    @property
    def waits(self) -> bool:
        """Whether it waits for an instruction."""
        return self.problem.state in WAITS

    @property
    def codes(self) -> set[str]:
        """Return the codes of its areas."""
        return {one.area.code for one in self.areas}


def rows_of(report: AnalysisReport, actor: Actor) -> list[Row]:
    """Return the problems of a report that the actor may see; geography only suggests who answers for them."""
    problems = list(report.problems.visible_to(actor).select_related("site", "lead", "area").order_by("pk"))
    known = SiteVersion.objects.filter(study=report.study_id, site__in=[one.site_id for one in problems if one.site_id])
    places = {one.site_id: one.place for one in known.select_related("place")}
    versions, index = area_index(local_day(report.sent_at))

    def areas(one: Problem) -> tuple[AreaVersion, ...]:
        if one.lon is None or one.lat is None:
            return tuple(version for version in versions if version.area_id == one.area_id)
        return tuple(versions[n] for n in index.at(one.lon, one.lat) if versions[n].area.kind != "city")

    return [Row(one, areas(one), places.get(one.site_id) if one.site_id else None, named(one.lead)) for one in problems]


def areas_of(rows: list[Row]) -> list[tuple[str, str]]:
    """Return the areas that problems lie in, as choices in the reader's language."""
    found = {one.area.code: one for row in rows for one in row.areas}
    return [(code, area_named(found[code])) for code in sorted(found)]


def area_named(version: AreaVersion) -> str:
    """Name an area in the reader's language."""
    return version.name_en if in_english() else version.name
