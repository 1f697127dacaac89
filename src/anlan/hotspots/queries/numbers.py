"""What adopting a study would do, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from anlan import analysis
from anlan.core.city.areas import area_index, outline
from anlan.geo import AreaIndex, LocalProjection
from anlan.hotspots.models import SiteVersion, Study, StudyPlace
from anlan.hotspots.rules import Numbering, number_places


def last_adopted(study: Study) -> Study | None:
    """Return the last adopted study of the same categories, other than this one."""
    return Study.objects.adopted().filter(subject=study.subject).exclude(pk=study.pk).last()


class Spot(NamedTuple):
    """What numbering asks of a place, under its rank or under the number of its site."""

    name: int
    lon: float
    lat: float
    radius_m: float
    reports: int


def proposed(study: Study, places: Sequence[StudyPlace] = ()) -> Numbering:
    """Return the numbers that adopting this study now would give; its `places` are read where they are not given."""
    found = [Spot(place.rank, place.lon, place.lat, place.radius_m, place.reports)
             for place in places or study.places.order_by("rank")]  # fmt: skip
    standing, vanished = _sites(study)
    everything = [*standing, *vanished, *found]
    lon, lat = [spot.lon for spot in everything], [spot.lat for spot in everything]
    east, north = LocalProjection.around(lon, lat).forward(lon, lat)
    circles = iter([analysis.Outline(spot.name, x, y, spot.radius_m, float(spot.reports))
                    for spot, x, y in zip(everything, east.tolist(), north.tolist(), strict=True)])  # fmt: skip
    return number_places(*(list(islice(circles, len(spots))) for spots in (standing, vanished, found)))


def recorded(study: Study) -> Numbering:
    """Return the numbers that adopting this study gave."""
    of_place: dict[int, tuple[int | None, str]] = {}
    of_site: dict[int, tuple[str, int | None]] = {}
    versions = study.site_versions.values_list("place__rank", "site__number", "change", "site__merged_into__number")
    for rank, number, change, heir in versions:
        if rank is not None:
            of_place[rank] = (number, change)
        else:
            of_site[number] = (change, heir)
    return Numbering(of_place, of_site)


def numbering_of(study: Study, places: Sequence[StudyPlace]) -> Numbering:
    """Return what is recorded for an adopted study, or what is proposed for another, with its places."""
    return recorded(study) if study.adopted_at else proposed(study, places)


def _sites(study: Study) -> tuple[list[Spot], list[Spot]]:
    """Return the sites in the study's area that stand, and those that were gone, each with its last place."""
    inside = _inside(study)
    last_change: dict[int, str] = {}
    last_place: dict[int, Spot] = {}
    versions = SiteVersion.objects.filter(site__subject=study.subject, site__merged_into__isnull=True)
    known = versions.exclude(study=study).order_by("study__until", "study__since").values_list(
        "site_id", "change", "place_id", "site__number", *(f"place__{name}" for name in Spot._fields[1:]))  # fmt: skip
    for pk, change, place, *spot in known:
        last_change[pk] = change
        if place is not None:
            last_place[pk] = Spot(*spot)
    standing: list[Spot] = []
    vanished: list[Spot] = []
    for pk, spot in sorted(last_place.items()):
        if inside(spot):
            (vanished if last_change[pk] == "gone" else standing).append(spot)
    return standing, vanished


def _inside(study: Study) -> Callable[[Spot], bool]:
    if study.area_id is None:
        return lambda place: True
    versions, _ = area_index(study.until)
    index = AreaIndex([outline(version) for version in versions if version.area_id == study.area_id])
    return lambda place: bool(index.at(place.lon, place.lat))
