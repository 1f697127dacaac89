"""What an analysis report found, in figures that stay as they were when it was sent."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from anlan.core.city.current import city_zone
from anlan.core.models import ClockRun
from anlan.core.people.actors import Actor
from anlan.core.time.rules import last_day
from anlan.hotspots.models import Study
from anlan.hotspots.queries.studies import study_view
from anlan.intake.models import Category
from anlan.prevention.models import AnalysisReport, Origin
from anlan.prevention.moves import clock_of
from anlan.prevention.queries.analyses import ReportedProblem, problems_of
from anlan.prevention.queries.sheets import Ground, ground_of
from anlan.prevention.states import ProblemState


@dataclass(frozen=True)
class Findings:
    """A report's problems, the strongest places first, and what stands behind them."""

    report: AnalysisReport
    study: Study | None
    problems: list[ReportedProblem]
    changes: Counter[str]  # of the study's places since the study before; empty where there was none
    categories: list[Category]
    parameters: dict[str, Any]
    due_on: dt.date | None  # until when each is to be instructed, as its clock was set
    ground: Ground

    @property
    def places(self) -> list[ReportedProblem]:
        """Return the problems that have a place of the study."""
        return [found for found in self.problems if found.place]

    @property
    def silent(self) -> int:
        """Return how many silent areas the report names."""
        return sum(found.problem.origin == Origin.SILENT_AREA for found in self.problems)

    def reports(self, first: int | None = None) -> int:
        """Return how many reports lie at its places, or at the first of them."""
        return sum(found.place.reports for found in self.places[:first] if found.place)


def findings_of(report: AnalysisReport, actor: Actor) -> Findings:
    """Return what a report found, as far as the actor may see it."""
    problems = sorted(problems_of(report, actor), key=_rank)
    study = report.study
    view = study_view(study) if study else None
    changes = view.counts if view and view.before else Counter()
    categories = list(Category.objects.filter(code__in=study.categories)) if study else []
    first = f"problem:{problems[0].problem.number}" if problems else ""
    clock = clock_of("problem", ProblemState.RAISED)
    run = ClockRun.objects.filter(subject=first, rule__code=clock).order_by("started_at").first()
    return Findings(
        report, study, problems, changes, categories, json.loads(study.parameters) if study else {},
        last_day(run.due_at, city_zone()) if run else None, ground_of(report.sent_at, actor),
    )  # fmt: skip


def _rank(found: ReportedProblem) -> tuple[bool, int, str]:
    return found.place is None, found.place.rank if found.place else 0, found.problem.number
