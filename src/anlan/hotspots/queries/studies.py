"""Studies as pages, maps and files show them: each place beside the study before, and the episodes."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Max, Min, QuerySet
from django.urls import reverse

from anlan.core.city.areas import area_index, local_day
from anlan.core.city.current import city_zone
from anlan.core.models import AreaVersion, Job
from anlan.hotspots.computation import parsed
from anlan.hotspots.models import PlaceReport, SiteVersion, Study, StudyPlace
from anlan.hotspots.queries.numbers import last_adopted, numbering_of
from anlan.hotspots.rules import ANALYSABLE, Numbering
from anlan.hotspots.words import change_word, period
from anlan.intake.models import Category, Report

UNEQUAL: Final = 1.25  # times as long: periods are no longer compared without a word
CHANGES = ("kept", "grown", "shrunk", "split", "merged", "new", "gone")


@dataclass(frozen=True)
class Line:
    """One line of a study's list: a place, or a site that is gone."""

    id: str
    rank: int | None
    number: int | None
    change: str
    place: StudyPlace
    areas: tuple[AreaVersion, ...]

    @property
    def code(self) -> str:
        """The site's number, or a dash before adoption."""
        return "—" if self.number is None else f"{self.number:03d}"

    @property
    def word(self) -> str:
        """What became of it, in words."""
        return change_word(self.change)


@dataclass(frozen=True)
class StudyView:
    """A finished study beside the one before it."""

    study: Study
    lines: list[Line]
    counts: Counter[str]
    before: Study | None
    outcome: Mapping[str, Any]

    @property
    def comparison(self) -> dict[str, Any]:
        """Return the bars of both studies, for the chart."""
        if self.before is None:
            return {}
        both = [name for name in CHANGES if name not in {"new", "gone"}]
        old = [(name, self.before_counts()[name]) for name in [*both, "gone"]]
        new = [(name, self.counts[name]) for name in [*both, "new"]]
        return {"rows": [bar(self.before, old), bar(self.study, new)]}

    @property
    def unequal(self) -> tuple[int, int] | None:
        """Return the months of both periods where one is much longer: more is found in more time."""
        if self.before is None:
            return None
        days = [(study.until - study.since).days + 1 for study in (self.before, self.study)]
        return None if max(days) < UNEQUAL * min(days) else (_months(self.before), _months(self.study))

    def before_counts(self) -> dict[str, int]:
        """Return what became of the places of the study before."""
        return {name: self.counts[name] for name in CHANGES}


def _months(study: Study) -> int:
    """Return how many months a period touches."""
    return 12 * (study.until.year - study.since.year) + study.until.month - study.since.month + 1


def bar(study: Study, parts: list[tuple[str, int]]) -> dict[str, Any]:
    """Return one bar of the comparison."""
    shown = [{"state": name, "label": change_word(name), "value": value} for name, value in parts if value]
    return {"label": period(study), "parts": shown}


def study_view(study: Study) -> StudyView:
    """Read a finished study with its numbering, recorded or proposed."""
    places = list(study.places.order_by("rank"))
    numbering = numbering_of(study, places)
    lines = [*_lines(study, places, numbering), *_gone(study, numbering)]
    counts = Counter(line.change for line in lines)
    return StudyView(study, lines, counts, last_adopted_before(study), outcome_of(study.outcome))


@lru_cache(maxsize=8)
def outcome_of(text: str) -> Mapping[str, Any]:
    """Read an outcome, which is frozen, and long: it is read once, and nobody changes what is given."""
    found: dict[str, Any] = json.loads(text)
    return MappingProxyType(found)


def job_of(study: Study) -> Job | None:
    """Return the background run of a study, if it has one."""
    return Job.objects.filter(pk=study.job_id or 0).first()


def last_adopted_before(study: Study) -> Study | None:
    """Return the adopted study that this one is compared with."""
    if study.adopted_at is None:
        return last_adopted(study)
    earlier = Study.objects.adopted().filter(subject=study.subject, until__lt=study.until)
    return earlier.exclude(pk=study.pk).last()


def _lines(study: Study, places: Sequence[StudyPlace], numbering: Numbering) -> list[Line]:
    versions, index = area_index(study.until)
    within: dict[int, list[AreaVersion]] = {}
    found = index.assign([place.lon for place in places], [place.lat for place in places])
    for row, area in zip(*(positions.tolist() for positions in found), strict=True):
        if versions[area].area.kind != "city":
            within.setdefault(row, []).append(versions[area])
    return [Line(str(place.rank), place.rank, *numbering.of_place[place.rank], place, tuple(within.get(row, ())))
            for row, place in enumerate(places)]  # fmt: skip


def _gone(study: Study, numbering: Numbering) -> list[Line]:
    gone = [number for number, (change, _heir) in numbering.of_site.items() if change == "gone"]
    versions = SiteVersion.objects.filter(site__number__in=gone, place__isnull=False, study__until__lt=study.until)
    last = {
        version.site.number: version.place
        for version in versions.select_related("site", "place").order_by("study__until")
    }
    return [Line(f"s{number}", None, number, "gone", place, ()) for number, place in sorted(last.items()) if place]


def chosen(view: StudyView, change: str, words: str) -> list[Line]:
    """Filter a study's list by what the address says."""
    lines = view.lines
    if change in CHANGES:
        lines = [line for line in lines if line.change == change]
    elif not words:
        lines = [line for line in lines if line.change != "gone"]
    if words:
        reports = set(
            PlaceReport.objects.filter(place__study=view.study, report__number__iexact=words).values_list(
                "place_id", flat=True
            )
        )
        asked = words.lower().lstrip("0")
        lines = [line for line in lines if line.place.pk in reports or words.lower() in line.place.label.lower()
                 or (line.number is not None and str(line.number) == asked)]  # fmt: skip
    return lines


def places_geojson(view: StudyView) -> dict[str, Any]:
    """Return a study's places and the sites gone since, for map and export."""
    return {"type": "FeatureCollection", "features": [_feature(view.study, line) for line in view.lines]}


def _feature(study: Study, line: Line) -> dict[str, Any]:
    place = line.place
    number = f"{line.number:03d}" if line.number is not None else None
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "properties": {
            "id": line.id,
            "rank": line.rank or 999999,
            "label": (number or "") if study.adopted_at else str(line.rank or ""),
            "site": number,
            "state": line.change,
            "radius_m": place.radius_m,
            "reports": place.reports if line.change != "gone" else 0,
            "episodes": place.episodes if line.change != "gone" else 0,
            "name": place.label,
            "href": reverse("hotspots:place", args=[study.pk, line.rank])
            if line.rank
            else reverse("hotspots:site", args=[number]),
        },
    }


def episodes_of(study: Study) -> list[dict[str, Any]]:
    """Return a study's episodes with their moments in the city's zone."""
    zone = city_zone()
    moments = ("first", "last")
    return [
        episode | {name: parsed(episode[name]).astimezone(zone) for name in moments}
        for episode in json.loads(study.outcome)["episodes"]
    ]


def analysable() -> QuerySet[Category]:
    """Return the categories that a study may be of."""
    return Category.objects.filter(active=True, group__in=ANALYSABLE)


def proposal(year: int) -> dict[str, object]:
    """Return a period and categories to study: this year where it has reports of them, else all days that have any."""
    codes = [category.code for category in analysable()]
    categories = ["waterlogging"] if "waterlogging" in codes else codes
    reports = Report.objects.filter(category__code__in=categories)
    asked = dt.date(year, 1, 1), dt.date(year, 12, 31)
    start, end = (dt.datetime.combine(day, dt.time(), city_zone()) for day in (asked[0], dt.date(year + 1, 1, 1)))
    if not reports.filter(received_at__gte=start, received_at__lt=end).exists():
        heard = reports.aggregate(first=Min("received_at"), last=Max("received_at"))
        if heard["first"]:
            asked = local_day(heard["first"]), local_day(heard["last"])
    return {"since": asked[0], "until": asked[1], "categories": categories}
