"""Whether a report may be stored, and as what: columns and personal content apart, resident-ID numbers masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from anlan.core.refusals import Refused
from anlan.intake.channels import Channel
from anlan.intake.rules.places import Bounds, place_of
from anlan.intake.rules.resident_ids import holds_resident_id, mask_resident_ids
from anlan.intake.rules.values import moment_of, number_of, one_of, text_of
from anlan.intake.states import COUNTED, Validity

TEXT_LIMITS = {"place_words": 300, "words": 4000, "name": 80, "contact": 120}
SOURCE_LIMITS = {"source": 64, "source_id": 128}
DEPTH_CM = (0, 1000)
PRECISION_M = (0, 20_000)
CLOCK_TOLERANCE = dt.timedelta(minutes=5)  # clocks of honest systems differ
HISTORY_AFTER = dt.timedelta(days=1)  # what is entered later than that after it came waits for nobody
FIRST_YEAR = 1990  # a report's number carries two digits of the year
# Computed once, for a file has millions of rows.
_CHANNELS, _VALIDITIES, _VALID = dict.fromkeys(Channel.values), tuple(Validity.values), str(Validity.VALID)
_PLAIN_FIELDS = ("channel", "category", "received_at", "device_time", "validity", "precision_m", "depth_cm")
FIELDS = frozenset((*_PLAIN_FIELDS, "lon", "lat", "crs", *SOURCE_LIMITS, *TEXT_LIMITS))


@dataclass(frozen=True)
class Facts:
    """What the rules need to know about this city and this moment."""

    at: dt.datetime
    categories: Mapping[str, int]
    bounds: Bounds | None
    placeless: frozenset[str] = frozenset()  # categories of calls that need no place
    latest: dt.datetime | None = None  # up to when a time told is none of the future, if later than `at`

    @cached_property
    def last(self) -> dt.datetime:
        """The last moment that a report may tell."""
        return max(self.at, self.latest or self.at) + CLOCK_TOLERANCE


class Checked(NamedTuple):
    """A report that may be stored: columns and personal content apart, and what was masked in it."""

    columns: dict[str, Any]
    personal: dict[str, str]
    masked: tuple[str, ...] = ()
    tracking_code: str = ""


def check(row: Mapping[str, Any], facts: Facts) -> Checked:
    """Return the row as it may be stored, or refuse it for the first thing that is wrong with it."""
    if not row.keys() <= FIELDS:
        raise Refused("unknown_field", next(name for name in row if name not in FIELDS)[:40].replace("\0", ""))
    personal, masked = _words(row)
    columns = {
        "channel": one_of(row, "channel", _CHANNELS, "unknown_channel"),
        "category_id": _category(row, facts),
        "received_at": _received(row, facts),
        "entered_at": facts.at,
        "device_time": moment_of(row, "device_time"),
        "source": _plain_id(row, "source") or row["channel"],
        "source_id": _plain_id(row, "source_id") or None,
        **place_of(row, facts.bounds, personal["place_words"], needed=row["category"] not in facts.placeless),
        "precision_m": number_of(row, "precision_m", PRECISION_M),
        "depth_cm": _depth(row),
        "validity": _validity(row),
    }
    return Checked(columns, personal, masked)


def is_live(channel: str, validity: str, received_at: dt.datetime, entered_at: dt.datetime) -> bool:
    """Whether somebody waits for what becomes of a report: it was said just now, of something real."""
    return channel in Channel.live() and validity in COUNTED and entered_at - received_at <= HISTORY_AFTER


def require_urgency(urgency: int | None) -> int | None:
    """Return an urgency that was set, 1 at once, 2 soon, 3 routine, or none."""
    if urgency not in {None, 1, 2, 3}:
        raise Refused("unknown_urgency", "urgency")
    return urgency


def _words(row: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    personal = {name: text_of(row, name, most) for name, most in TEXT_LIMITS.items()}
    masked = {name: mask_resident_ids(text) for name, text in personal.items() if len(text) > 17}
    changed = tuple(name for name, text in masked.items() if text != personal[name]) if masked else ()
    return personal | masked if changed else personal, changed


def _category(row: Mapping[str, Any], facts: Facts) -> int:
    return facts.categories[one_of(row, "category", facts.categories, "unknown_category")]


def _validity(row: Mapping[str, Any]) -> str:
    return one_of(row, "validity", _VALIDITIES, "unknown_validity") if row.get("validity") else _VALID


def _received(row: Mapping[str, Any], facts: Facts) -> dt.datetime:
    received = moment_of(row, "received_at") or facts.at
    if received > facts.last:
        raise Refused("time_in_future", "received_at")
    if received.year < FIRST_YEAR:
        raise Refused("time_too_old", "received_at", first=f"{FIRST_YEAR}-01-01")
    return received


def _plain_id(row: Mapping[str, Any], name: str) -> str:
    text = text_of(row, name, SOURCE_LIMITS[name])
    if len(text) > 17 and holds_resident_id(text):
        raise Refused("resident_id", name)
    return text


def _depth(row: Mapping[str, Any]) -> int | None:
    depth = number_of(row, "depth_cm", DEPTH_CM)
    return None if depth is None else round(depth)
