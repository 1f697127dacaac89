"""Sites over the years: their places in the adopted studies, and the episodes in which they failed."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

from anlan.core.city.current import city_zone
from anlan.hotspots.computation import parsed
from anlan.hotspots.models import Site, StudyPlace


def site_places(site: Site) -> list[StudyPlace]:
    """Return a site's places in its adopted studies, in time order."""
    versions = (
        site.versions.filter(place__isnull=False)
        .select_related("place__study")
        .order_by("study__until", "study__since")
    )
    return [version.place for version in versions if version.place is not None]


def history(places: list[StudyPlace]) -> list[dict[str, Any]]:
    """Return one bar for each episode of the places' studies, in time order; 0 where the place had no report.

    Where periods overlap (each year's study may begin with the first year), the later study speaks.
    """
    bars: list[dict[str, Any]] = []
    begins = None
    for place in reversed(places):
        bars = [*_bars(place, begins), *bars]
        begins = place.study.since
    return bars


def _bars(place: StudyPlace, before: dt.date | None) -> list[dict[str, Any]]:
    """Return the bars of one place, up to the day on which a later study begins."""
    zone, counts = city_zone(), Counter(place.members.values_list("episode", flat=True))
    bars = []
    for episode in json.loads(place.study.outcome)["episodes"]:
        first = parsed(episode["first"]).astimezone(zone)
        if before is None or first.date() < before:
            bars.append({
                "label": f"{first:%m-%d}", "group": f"{first:%Y}", "day": f"{first:%Y-%m-%d}",
                "value": counts[episode["number"]], "first": episode["first"], "last": episode["last"],
            })  # fmt: skip
    return bars
