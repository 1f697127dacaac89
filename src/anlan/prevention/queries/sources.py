"""What can be raised: the sites of an adopted study with the problem that stands at them, and areas that are silent."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from anlan.core.city.areas import area_index, areas_at
from anlan.core.models import Area
from anlan.hotspots.models import SiteVersion, Study
from anlan.hotspots.words import period
from anlan.prevention.models import Origin, Problem
from anlan.prevention.words import named

FINE = (Area.Kind.SUBDISTRICT, Area.Kind.DISTRICT, Area.Kind.COUNTY_CITY)


@dataclass(frozen=True)
class StudySite:
    """One site of a study, and the problem that stands at it."""

    number: int
    code: str
    label: str
    reports: int
    episodes: int
    standing: Problem | None


def studies() -> list[tuple[int, str]]:
    """Return the adopted studies, the newest first, with their periods."""
    return [(study.pk, f"{study.name} ({period(study)})") for study in reversed(Study.objects.adopted())]


def sites_of(study: int | None) -> list[StudySite]:
    """Return the sites of an adopted study by rank, each with its problem if one was raised."""
    versions = SiteVersion.objects.filter(study__pk=study or 0, study__adopted_at__isnull=False, place__isnull=False)
    ranked = list(versions.select_related("site", "place", "study").order_by("place__rank"))
    problems = Problem.objects.filter(site__in=[version.site_id for version in ranked])
    standing = {problem.site_id: problem for problem in problems}
    return [
        StudySite(version.site.number, version.site.code, version.place.label or _areas_of(version),
                  version.place.reports, version.place.episodes, standing.get(version.site_id))
        for version in ranked if version.place
    ]  # fmt: skip


def _areas_of(version: SiteVersion) -> str:
    """Name a place that its reports call differently by the areas it lies in."""
    if version.place is None:
        return ""
    areas = areas_at(version.place.lon, version.place.lat, version.study.until)
    return " · ".join(named(area) for area in areas if area.area.kind != Area.Kind.CITY)


def silent_choices(study: int | None, today: dt.date) -> list[tuple[str, str]]:
    """Return the areas that the study found silent, or every area where it found none; not those that stand already."""
    adopted = Study.objects.adopted().filter(pk=study or 0).first()
    silent = {area["area"] for area in json.loads(adopted.outcome or "{}").get("silent", [])} if adopted else set()
    taken = set(Problem.objects.open().filter(origin=Origin.SILENT_AREA).values_list("area__code", flat=True))
    every = area_choices(adopted.until if adopted and silent else today)  # an area that is gone keeps its name of then
    return [(code, name) for code, name in every if code not in taken and (not silent or code in silent)]


def area_choices(today: dt.date) -> list[tuple[str, str]]:
    """Return the city's areas as choices in the reader's language."""
    versions, _ = area_index(today)
    return [
        (version.area.code, f"{named(version)} ({version.area.code})")
        for version in versions
        if version.area.kind in FINE
    ]
