"""Raising problems: sites of an adopted study with a reserve for silent areas, and what was found otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.core import ledger
from anlan.core.city.areas import local_day
from anlan.core.city.current import city
from anlan.core.ledger.verbs import verb
from anlan.core.models import Area
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.series import Series
from anlan.core.time import deadlines
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention import rules
from anlan.prevention.access import RAISES
from anlan.prevention.actions.steps import entry, organisation
from anlan.prevention.models import AnalysisReport, Origin, Problem
from anlan.prevention.moves import clock_of, timed
from anlan.prevention.queries.places import wet
from anlan.prevention.rules import RAIN_TEST_MM_H
from anlan.prevention.states import ProblemState
from anlan.prevention.words import LEVELS

FIELDS = {"origin", "title", "title_en", "area", "rain_test_mm_h", "supervision_level", "exit_criteria"}


@verb("prevention.raising.raise_problems")
def raise_problems(
    *,
    title: str,
    addressee: str,
    study: int | None = None,
    sites: Sequence[int] = (),
    silent_areas: Sequence[str] = (),
    silence_words: str = "",
    others: Sequence[dict[str, Any]] = (),
    rain_test_mm_h: float = RAIN_TEST_MM_H,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Send an analysis report to the city government: picked sites (by number), silent areas, and other problems.

    `others` are rows with `origin` and `title`, and where known `title_en area rain_test_mm_h supervision_level
    exit_criteria`. Sites that have a problem already are named in the answer as `standing` and stay as they are.
    """
    actor.require(*RAISES)
    rules.require_reserve(len(sites), len(silent_areas), silence_words)
    rules.require_rain_test(rain_test_mm_h)
    government = organisation(addressee, "addressee")
    number = Series("A", local_day(at).year, 3).next()  # its lock comes first: of two, the second sees
    raised, standing = _of_sites(study, list(sites), rain_test_mm_h)
    raised += [_other({"origin": Origin.SILENT_AREA, "title": _area_name(code), "area": code}) for code in silent_areas]
    raised += [_other(problem) for problem in others]
    if not raised:
        raise Refused("sites_raised_already", "sites")
    report = AnalysisReport.objects.create(
        number=number, title=title.strip()[:120], study_id=study,
        addressee=government, silence_words=silence_words.strip()[:200], sent_at=at,
    )  # fmt: skip
    given = _store(raised, report, actor, at)
    return {"analysis": report.number, "problems": given, "standing": standing}


def _store(raised: list[dict[str, Any]], report: AnalysisReport, actor: Actor, at: dt.datetime) -> list[str]:
    clock = clock_of("problem", ProblemState.RAISED)
    given, due_on = Series("P", local_day(at).year).next_many(len(raised)), deadlines.due_on(clock, at)
    problems = [
        Problem(number=number, analysis=report, raised_at=at, due_on=due_on, **columns)
        for number, columns in zip(given, raised, strict=True)
    ]
    Problem.objects.bulk_create(problems, batch_size=500)
    sent = {"analysis": report.number, "study": report.study_id, "to": report.addressee.code, "problems": len(raised)}
    ledger.append("prevention.analysis_sent", actor=actor, at=at, subject=f"analysis:{report.number}", payload=sent)
    ledger.append_many(
        [
            entry("problem_raised", f"problem:{problem.number}", actor, at,
                  {"origin": problem.origin, "site": problem.site_id, "analysis": report.number})
            for problem in problems
        ]
    )  # fmt: skip
    deadlines.begin([timed(problem, clock, at) for problem in problems])
    return given


def _of_sites(study: int | None, wanted: list[int], rain: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the columns of the problems of picked sites, and the numbers of problems that stand at some of them."""
    if not wanted:
        return [], []
    if study is None or not Study.objects.adopted().filter(pk=study).exists():
        raise Refused("study_not_adopted", "study")
    versions = SiteVersion.objects.filter(study_id=study, site__number__in=wanted, place__isnull=False)
    found = {version.site.number: version for version in versions.select_related("site", "place")}
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise Refused("site_not_in_study", "sites", sites=", ".join(f"{n:03d}" for n in missing))
    taken = dict(Problem.objects.filter(site__number__in=wanted).values_list("site__number", "number"))
    chosen = [found[number] for number in dict.fromkeys(wanted) if number not in taken]
    floods = wet()
    return [_of_site(version, rain, floods) for version in chosen], sorted(taken.values())


def _of_site(version: SiteVersion, rain: float, floods: set[str]) -> dict[str, Any]:
    place = version.place
    assert place is not None
    flood = bool(floods & set(version.site.subject.split("+")))
    return {
        "origin": Origin.SITE,
        "site": version.site,
        "title": place.label or _site_name(version.site.code),
        "lon": place.lon,
        "lat": place.lat,
        "radius_m": place.radius_m,
        "rain_test_mm_h": rain if flood else None,
    }


def _site_name(code: str) -> str:
    """Name a place that has no label of its own, in the city's language."""
    here = city()
    with override(here.language if here else "en"):
        return _("Site %(code)s") % {"code": code}


def _other(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of a problem that is no site."""
    unknown = set(problem) - FIELDS
    if unknown or problem.get("origin") not in set(Origin.values) - {Origin.SITE}:
        raise Refused("unknown_origin", "origin")
    if not str(problem.get("title", "")).strip():
        raise Refused("problem_title_missing", "title")
    if problem["origin"] == Origin.KEY_AREA and not problem.get("exit_criteria"):
        raise Refused("exit_criteria_missing", "exit_criteria")
    rules.require_rain_test(problem.get("rain_test_mm_h"))
    if problem.get("supervision_level", "") not in dict(LEVELS):
        raise Refused("unknown_level", "supervision_level")
    if len(problem.get("exit_criteria", "")) > 400:
        raise Refused("exit_criteria_too_long", "exit_criteria")
    return {
        **problem,
        "title": str(problem["title"]).strip()[:120],
        "title_en": str(problem.get("title_en", "")).strip()[:120],
        "area": _area(problem["area"]) if problem.get("area") else None,
    }


def _area(code: str) -> Area:
    found = Area.objects.filter(code=code).first()
    if found is None:
        raise Refused("area_unknown", "area", code=code)
    return found


def _area_name(code: str) -> str:
    newest = _area(code).versions.order_by("-valid_from").first()
    return newest.name if newest else code
