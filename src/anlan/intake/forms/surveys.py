"""What a page says of a file that was looked through: what is wrong, how it was read, and what mends which refusal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core.city.current import city
from anlan.core.refusals import headline, in_words
from anlan.core.words import MISSING
from anlan.intake.channels import Channel
from anlan.intake.files.survey import Survey
from anlan.intake.forms.imports import COLUMN_LABELS
from anlan.intake.forms.notes import NOTES, NUMBER_TWICE, PROBLEMS
from anlan.intake.forms.openings import ASKED_BY
from anlan.intake.models import Category
from anlan.intake.words import label, listed, short

COLUMNS: Final[Mapping[str, str | Promise]] = {
    "category_id": COLUMN_LABELS["category"],
    "channel": COLUMN_LABELS["channel"],
    "received_at": COLUMN_LABELS["time"],
    "device_time": lazy("Time of the device"),
    "source_x": COLUMN_LABELS["lon"],
    "source_y": COLUMN_LABELS["lat"],
    "source_crs": lazy("Coordinate system"),
    "precision_m": COLUMN_LABELS["precision_m"],
    "depth_cm": COLUMN_LABELS["depth_cm"],
}
COLUMN_OF_TIME: Final = ("id_time", lazy("Choose another column of times"))
MENDS: Final[Mapping[str, tuple[str, str | Promise]]] = {
    "outside_city": ("id_crs", lazy("Where the points lie wrong on the map, choose the coordinate system")),
    "not_convertible": ("id_crs", lazy("Choose the coordinate system")),
    "unknown_crs": ("id_crs", lazy("Choose the coordinate system")),
    "swapped": ("exchange", lazy("Exchange longitude and latitude")),
    "not_a_number": ("id_lon", lazy("Choose other columns of coordinates")),
    "half_a_place": ("id_lon", lazy("Choose other columns of coordinates")),
    "no_place": ("id_place_words", lazy("Choose the column of place words")),
    "time_in_future": ("id_tz", lazy("See whether the time zone is right")),
    "time_too_old": COLUMN_OF_TIME,
    "not_a_time": COLUMN_OF_TIME,
    "missing": COLUMN_OF_TIME,
    "ambiguous_time": ("id_time_order", lazy("Say whether the day or the month stands first")),
    "unknown_category": ("own-names", lazy("Say what the list's own names of categories mean")),
    "unknown_channel": ("id_channel", lazy("Choose no column of channels: then the channel below holds for all rows")),
    "id_used": ("id_source", lazy("Give the list a name of its own")),
}
COLUMN_OF_NOTE: Final = {
    "time_of_end": "time", "time_of_several": "time", "time_of_day_joined": "time_of_day",
    "time_of_day_unused": "time_of_day", "latitude_first": "lon", "crs_of_file": "crs", "clocks_skipped": "tz",
    "clocks_twice": "tz", "number_twice": "id",
}  # fmt: skip


@dataclass(frozen=True)
class Mend:
    """Why rows are refused, how many, and where on the page that is mended; nowhere where only the file can be."""

    words: str
    count: int
    anchor: str = ""
    offer: str | Promise = ""


def mends_of(seen: Survey) -> list[Mend]:
    """Return why rows would be refused, the most frequent first, each with what mends it."""
    reasons = sorted(seen.counts.get("reasons", {}).items(), key=lambda reason: (-reason[1], reason[0]))
    return [Mend(_why(seen, code), count, *MENDS.get(code, ())) for code, count in reasons]


def _why(seen: Survey, code: str) -> str:
    """Say why with what was found: of all rows alike, or of the first one as an example."""
    limits, same = seen.examples.get(code, [{}, True])
    said = in_words(code, limits) if limits else headline(code)
    return said if same else _("For example: %(words)s") % {"words": said}


def problem_of(seen: Survey) -> str:
    """Say what stands in the way of the import, and what to do; nothing where it can start."""
    layout = seen.layout
    if seen.problem == "unread":
        code = seen.limits.get("code", "")
        why = _(PROBLEMS[code]) % _quoted(seen.limits) if code in PROBLEMS else seen.limits["why"]
        return _("The file cannot be read: %(why)s") % {"why": why}
    if seen.problem == "mapping":
        said = seen.limits.get("words", ())  # a look of before kept one text
        return _("; ").join(_(words) % seen.limits["of"] for words in said) or str(seen.limits.get("why", ""))
    if seen.problem == "unusable":
        if not layout.get("time"):
            return _("Choose the column of the time of receipt.")
        if not (layout.get("lon") and layout.get("lat")) and not layout.get("place_words"):
            return _("No coordinates were found: choose the column of place words, or those of the coordinates.")
        return _("Choose a category for rows that name none.")
    if seen.problem:
        return in_words(seen.problem, seen.limits)
    if seen.tried and not seen.counts["accepted"] + seen.counts["repeated"]:
        return _("As the file is laid out now, no row can go in. What is in the way stands below, with what mends it.")
    return ""


def notes_of(seen: Survey) -> list[tuple[str, str]]:
    """Return what was guessed, in words, each with the choice that says otherwise."""
    said = []
    for note in seen.notes:
        fields = sorted(ASKED_BY.get(note["code"], ())) or [COLUMN_OF_NOTE.get(note["code"], "")]
        words = NUMBER_TWICE if note["code"] == "number_twice" else NOTES[note["code"]]
        said.append((_(words) % _quoted(note), f"id_{fields[0]}" if fields[0] else ""))
    return said


def _quoted(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits with names that are listed as the language writes them."""
    return {
        key: listed(_("'%(name)s'") % {"name": name} for name in value) if isinstance(value, list) else value
        for key, value in limits.items()
    }


def conflicts_of(seen: Survey) -> list[dict[str, Any]]:
    """Return the rows that say otherwise than what is here under their number, both side by side."""
    categories = {category.pk: label(category) for category in Category.objects.all()}

    def said(name: str, value: Any) -> str:
        if value is None:
            return MISSING
        if name == "category_id":
            return categories.get(value, MISSING)
        if name == "channel":
            return str(dict(Channel.choices)[value])
        return short(dt.datetime.fromisoformat(value)) if name in {"received_at", "device_time"} else str(value)

    def differing(conflict: dict[str, Any]) -> list[tuple[str | Promise, str, str]]:
        pairs = conflict["differs"].items()
        return [(COLUMNS[name], said(name, here), said(name, sent)) for name, (here, sent) in pairs]

    return [conflict | {"differs": differing(conflict)} for conflict in seen.conflicts]


def read_as(seen: Survey) -> list[tuple[str | Promise, str, bool]]:
    """Return what was read from which column, and whether that was guessed."""
    columns = ((key, seen.layout.get(key)) for key in COLUMN_LABELS)
    return [(COLUMN_LABELS[key], column, key in seen.guessed) for key, column in columns if column]


def days_of(seen: Survey) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the first and the last moment of the rows that can go in."""
    if not seen.since:
        return None
    return dt.datetime.fromisoformat(seen.since), dt.datetime.fromisoformat(seen.until)


def points_of(seen: Survey) -> dict[str, Any]:
    """Return the points as GeoJSON for the map, which opens at those within the city."""
    here = city()

    def is_inside(lon: float, lat: float) -> bool:
        return here is not None and here.west <= lon <= here.east and here.south <= lat <= here.north

    features = [
        {
            "type": "Feature",
            "properties": {"id": number, "near": is_inside(lon, lat)},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for number, (lon, lat) in enumerate(seen.points, 1)
    ]
    return {"type": "FeatureCollection", "features": features}
