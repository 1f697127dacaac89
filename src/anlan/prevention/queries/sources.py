"""What can be raised: the sites of an adopted study with the problem that stands at them, and areas that are silent."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from anlan.core.city.areas import area_index, areas_at
from anlan.core.models import Area
from anlan.hotspots.models import SiteVersion, Study
from anlan.hotspots.queries.pages import period
from anlan.intake.words import area_label
from anlan.prevention.models import Origin, Problem
from anlan.prevention.queries.problems import in_english

FINE = (Area.Kind.SUBDISTRICT, Area.Kind.DISTRICT, Area.Kind.COUNTY_CITY)


@dataclass(frozen=True)
class SiteRow:
    """One site of a study, and the problem that stands at it."""

    number: int
    code: str
    label: str
    reports: int
    episodes: int
    standing: Problem | None


def studies() -> list[tuple[int, str]]:
    """Return the adopted studies, the newest first, with their periods."""
    return [(one.pk, f"{one.name} ({period(one)})") for one in reversed(Study.objects.adopted())]


def site_rows(study: int | None) -> list[SiteRow]:
    """Return the sites of an adopted study by rank, each with its problem if one was raised."""
    versions = SiteVersion.objects.filter(study__pk=study or 0, study__adopted_at__isnull=False, place__isnull=False)
    rows = list(versions.select_related("site", "place", "study").order_by("place__rank"))
    taken = {one.site_id: one for one in Problem.objects.filter(site__in=[row.site_id for row in rows])}
    return [
        SiteRow(row.site.number, row.site.code, row.place.label or _areas_of(row), row.place.reports,
                row.place.episodes, taken.get(row.site_id))
        for row in rows if row.place
    ]  # fmt: skip


def _areas_of(row: SiteVersion) -> str:
    """Name a place that its reports call differently by the areas it lies in."""
    if row.place is None:
        return ""
    areas = areas_at(row.place.lon, row.place.lat, row.study.until)
    return " · ".join(area_label(one) for one in areas if one.area.kind != Area.Kind.CITY)


def silent_choices(study: int | None, today: dt.date) -> list[tuple[str, str]]:
    """Return the areas that the study found silent, or every area where it found none; not those that stand already."""
    one = Study.objects.adopted().filter(pk=study or 0).first()
    silent = {row["area"]: row for row in json.loads(one.outcome or "{}").get("silent", [])} if one else {}
    taken = set(Problem.objects.open().filter(origin=Origin.SILENT_AREA).values_list("area__code", flat=True))
    every = area_choices(one.until if one and silent else today)  # an area that is gone keeps its name of then
    return [(code, name) for code, name in every if code not in taken and (not silent or code in silent)]


def area_choices(today: dt.date) -> list[tuple[str, str]]:
    """Return the city's areas as choices in the reader's language."""
    versions, _ = area_index(today)
    named = [(one.area.code, one.name_en if in_english() else one.name) for one in versions if one.area.kind in FINE]
    return [(code, f"{name} ({code})") for code, name in named]
