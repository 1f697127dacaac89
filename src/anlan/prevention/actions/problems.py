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
from anlan.core.people.roles import Role
from anlan.core.series import Series
from anlan.core.time.calendar import working_calendar
from anlan.hotspots.models import SiteVersion, Study
from anlan.prevention import rules
from anlan.prevention.actions.steps import entry, organisation, step_due
from anlan.prevention.models import AnalysisReport, Origin, Problem
from anlan.prevention.queries.places import wet
from anlan.prevention.rules import RAIN_TEST_MM_H, PreventionRefused, ProblemState

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
    actor.require(Role.ANALYST, Role.SUPERVISOR)
    rules.require_reserve(len(sites), len(silent_areas), silence_words)
    government = organisation(addressee, "addressee")
    number = Series("A", local_day(at).year, 3).next()  # its lock comes first: of two, the second sees
    rows, standing = _site_rows(study, list(sites), rain_test_mm_h)
    rows += [_row({"origin": Origin.SILENT_AREA, "title": _area_name(code), "area": code}) for code in silent_areas]
    rows += [_row(told) for told in others]
    if not rows:
        raise PreventionRefused(_("Every site chosen has a problem already; choose others."), "sites")
    report = AnalysisReport.objects.create(
        number=number, title=title.strip()[:120], study_id=study,
        addressee=government, silence_words=silence_words.strip()[:200], sent_at=at,
    )  # fmt: skip
    found = _store(rows, report, actor, at)
    return {"analysis": report.number, "problems": found, "standing": standing}


def _store(rows: list[dict[str, Any]], report: AnalysisReport, actor: Actor, at: dt.datetime) -> list[str]:
    today = local_day(at)
    due_on = step_due(ProblemState.RAISED, today, working_calendar())
    given = Series("P", today.year).next_many(len(rows))
    problems = [
        Problem(number=number, analysis=report, raised_at=at, due_on=due_on, **row)
        for number, row in zip(given, rows, strict=True)
    ]
    Problem.objects.bulk_create(problems, batch_size=500)
    sent = {"analysis": report.number, "study": report.study_id, "to": report.addressee.code, "problems": len(rows)}
    ledger.append("prevention.analysis_sent", actor=actor, at=at, subject=f"analysis:{report.number}", payload=sent)
    ledger.append_many(
        [
            entry("problem_raised", f"problem:{one.number}", actor, at,
                  {"origin": one.origin, "site": one.site_id, "analysis": report.number})
            for one in problems
        ]
    )  # fmt: skip
    return given


def _site_rows(study: int | None, wanted: list[int], rain: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of picked sites, and the numbers of problems that stand at some of them."""
    if not wanted:
        return [], []
    if study is None or not Study.objects.adopted().filter(pk=study).exists():
        raise PreventionRefused(_("Sites are raised from an adopted study; adopt it first."), "study")
    versions = SiteVersion.objects.filter(study_id=study, site__number__in=wanted, place__isnull=False)
    found = {version.site.number: version for version in versions.select_related("site", "place")}
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise PreventionRefused(
            _("The study has no site %(sites)s.") % {"sites": ", ".join(f"{n:03d}" for n in missing)}, "sites"
        )
    taken = dict(Problem.objects.filter(site__number__in=wanted).values_list("site__number", "number"))
    chosen = [found[number] for number in dict.fromkeys(wanted) if number not in taken]
    floods = wet()
    return [_site_row(version, rain, floods) for version in chosen], sorted(taken.values())


def _site_row(version: SiteVersion, rain: float, floods: set[str]) -> dict[str, Any]:
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


def _row(told: dict[str, Any]) -> dict[str, Any]:
    """Return what was told of a problem that is no site."""
    unknown = set(told) - FIELDS
    if unknown or told.get("origin") not in set(Origin.values) - {Origin.SITE}:
        raise PreventionRefused(_("A problem needs a known origin; a site is chosen from its study."), "origin")
    if not str(told.get("title", "")).strip():
        raise PreventionRefused(_("Write what is to be put right."), "title")
    if told["origin"] == Origin.KEY_AREA and not told.get("exit_criteria"):
        raise PreventionRefused(_("A key area is listed with its exit criteria."), "exit_criteria")
    return {
        **told,
        "title": str(told["title"]).strip()[:120],
        "area": _area(told["area"]) if told.get("area") else None,
    }


def _area(code: str) -> Area:
    found = Area.objects.filter(code=code).first()
    if found is None:
        raise PreventionRefused(_("There is no area “%(code)s”.") % {"code": code}, "area")
    return found


def _area_name(code: str) -> str:
    newest = _area(code).versions.order_by("-valid_from").first()
    return newest.name if newest else code
