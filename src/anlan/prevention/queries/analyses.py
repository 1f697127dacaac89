"""What an analysis report shows: its problems, where each lies, what was known of it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.core.city.areas import area_index, local_day
from anlan.core.models import AreaVersion
from anlan.core.people.actors import Actor
from anlan.hotspots.models import SiteVersion, StudyPlace
from anlan.prevention.models import AnalysisReport, Problem
from anlan.prevention.moves import PROBLEMS
from anlan.prevention.words import named


@dataclass(frozen=True)
class ReportedProblem:
    """One problem of a report, the areas that it lies in, and its place in the study."""

    problem: Problem
    areas: tuple[AreaVersion, ...]
    place: StudyPlace | None
    lead: str

    @property
    def waits(self) -> bool:
        """Whether it waits for an instruction."""
        return self.problem.state in PROBLEMS["instruct"].due

    @property
    def codes(self) -> set[str]:
        """Return the codes of its areas."""
        return {version.area.code for version in self.areas}


def problems_of(report: AnalysisReport, actor: Actor) -> list[ReportedProblem]:
    """Return the problems of a report that the actor may see; geography only suggests who answers for them."""
    problems = list(report.problems.visible_to(actor).select_related("site", "lead", "area").order_by("pk"))
    sites = [problem.site_id for problem in problems if problem.site_id]
    known = SiteVersion.objects.filter(study=report.study_id, site__in=sites).select_related("place")
    places = {version.site_id: version.place for version in known}
    versions, index = area_index(local_day(report.sent_at))

    def areas(problem: Problem) -> tuple[AreaVersion, ...]:
        if problem.lon is None or problem.lat is None:
            return tuple(version for version in versions if version.area_id == problem.area_id)
        return tuple(versions[n] for n in index.at(problem.lon, problem.lat) if versions[n].area.kind != "city")

    return [
        ReportedProblem(problem, areas(problem), places.get(problem.site_id or 0), named(problem.lead))
        for problem in problems
    ]


def areas_of(problems: list[ReportedProblem]) -> list[tuple[str, str]]:
    """Return the areas that problems lie in, as choices in the reader's language."""
    found = {version.area.code: version for problem in problems for version in problem.areas}
    return [(code, named(found[code])) for code in sorted(found)]
