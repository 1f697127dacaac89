"""What adopting a study would do, and what it did."""

from __future__ import annotations

from collections.abc import Callable

from anlan import analysis
from anlan.core.city.areas import area_index, outline
from anlan.geo import AreaIndex, LocalProjection
from anlan.hotspots.models import Site, SiteVersion, Study, StudyPlace
from anlan.hotspots.rules import Numbering, number_places


def last_adopted(study: Study) -> Study | None:
    """Return the last adopted study of the same categories, other than this one."""
    return Study.objects.adopted().filter(subject=study.subject).exclude(pk=study.pk).last()


def proposed(study: Study) -> Numbering:
    """Return the numbers that adopting this study now would give."""
    places = list(study.places.order_by("rank"))
    standing, vanished = _sites(study)
    everything = [*places, *[place for _, place in standing + vanished]]
    plane = LocalProjection.around([place.lon for place in everything], [place.lat for place in everything])

    def circle(name: int, place: StudyPlace) -> analysis.Outline:
        x, y = plane.forward(place.lon, place.lat)
        return analysis.Outline(name, float(x), float(y), place.radius_m, float(place.reports))

    return number_places(
        [circle(site.number, place) for site, place in standing],
        [circle(site.number, place) for site, place in vanished],
        [circle(place.rank, place) for place in places],
    )


def recorded(study: Study) -> Numbering:
    """Return the numbers that adopting this study gave."""
    of_place: dict[int, tuple[int | None, str]] = {}
    of_site: dict[int, tuple[str, int | None]] = {}
    for version in study.site_versions.select_related("site", "site__merged_into", "place"):
        if version.place is not None:
            of_place[version.place.rank] = (version.site.number, version.change)
        else:
            heir = version.site.merged_into
            of_site[version.site.number] = (version.change, heir.number if heir else None)
    return Numbering(of_place, of_site)


def numbering_of(study: Study) -> Numbering:
    """Return what is recorded for an adopted study, or what is proposed for another."""
    return recorded(study) if study.adopted_at else proposed(study)


def _sites(study: Study) -> tuple[list[tuple[Site, StudyPlace]], list[tuple[Site, StudyPlace]]]:
    """Return the sites in the study's area that stand, and those that were gone, each with its last place."""
    inside = _inside(study)
    last_change: dict[int, str] = {}
    last_place: dict[int, StudyPlace] = {}
    sites: dict[int, Site] = {}
    versions = SiteVersion.objects.filter(site__subject=study.subject, site__merged_into__isnull=True)
    for version in (
        versions.exclude(study=study).select_related("site", "place").order_by("study__until", "study__since")
    ):
        sites[version.site_id] = version.site
        last_change[version.site_id] = version.change
        if version.place is not None:
            last_place[version.site_id] = version.place
    standing: list[tuple[Site, StudyPlace]] = []
    vanished: list[tuple[Site, StudyPlace]] = []
    for pk, site in sorted(sites.items()):
        if pk in last_place and inside(last_place[pk]):
            (vanished if last_change[pk] == "gone" else standing).append((site, last_place[pk]))
    return standing, vanished


def _inside(study: Study) -> Callable[[StudyPlace], bool]:
    if study.area_id is None:
        return lambda place: True
    versions, _ = area_index(study.until)
    index = AreaIndex([outline(version) for version in versions if version.area_id == study.area_id])
    return lambda place: bool(index.at(place.lon, place.lat))
