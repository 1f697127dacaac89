"""Why a report was not received: a stable code, the field, and words in the reader's language."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

REASONS = {
    "missing": _("This is missing; fill it in."),
    "not_text": _("Write this as text."),
    "not_a_number": _("This is not a number; write digits, such as 119.97."),
    "not_a_time": _("This is not a time; write it as 2016-06-28T14:05:00+08:00."),
    "no_zone": _("This time has no zone; write it with its offset, such as 2016-06-28T14:05:00+08:00."),
    "time_in_future": _("This time lies in the future; check the clock and the time zone."),
    "time_too_old": _("This time lies before %(first)s; check the order of day, month and year."),
    "unknown_category": _("There is no such category in this city; write one of: %(known)s."),
    "unknown_channel": _("There is no such channel; write one of: %(known)s."),
    "channel_not_yours": _("You may not report through this channel."),
    "unknown_validity": _("Write one of: %(known)s."),
    "unknown_crs": _("This coordinate system is not known; write EPSG:4326, GCJ-02, BD-09 or another EPSG code."),
    "half_a_place": _("Longitude and latitude come together; one of them is missing."),
    "no_place": _("There is neither a pair of coordinates nor a place in words."),
    "outside_city": _("This place lies outside the city (%(west)s to %(east)s, %(south)s to %(north)s)."),
    "swapped": _("This place lies outside the city; longitude and latitude look swapped."),
    "not_convertible": _("These coordinates cannot be converted; check the coordinate system."),
    "out_of_range": _("This must lie between %(low)s and %(high)s."),
    "too_long": _("This is too long: at most %(most)s characters."),
    "nul": _("This holds a NUL character, which is no text."),
    "not_unicode": _("This holds half a character (a lone surrogate), which is no text."),
    "resident_id": _("A resident-ID number must not be stored; leave it out."),
    "id_used": _("This source sent another report under the same number before."),
    "too_many_photos": _("At most %(most)s photos."),
    "line_too_long": _("This line is too long: at most %(most)s bytes."),
    "no_identity": _(
        "Give source_id, received_at or device_time: without any, a repeat cannot be told from a new report."
    ),
    "unknown_field": _("There is no such field; leave it out or check its spelling."),
    "not_an_object": _("Each line is one JSON object."),
    "not_json": _("This is not JSON."),
    "too_many_cells": _("This row has more cells than the header; put text that holds a separator in quotation marks."),
    "unreadable": _("This row cannot be read."),
    "ambiguous_time": _("Day and month cannot be told apart in this column; write times as 2016-06-28 14:05."),
}


def also(reasons: Mapping[str, str]) -> None:
    """Add the reasons of a later stage that brings reports in together with what came of them."""
    REASONS.update(reasons)


@dataclass(frozen=True)
class Refusal:
    """One reason, for one field; `limits` are the numbers and names in the words."""

    field: str
    code: str
    limits: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason in the active language."""
        return in_words(self.code, self.limits)


class ReportRefused(ValueError):
    """A report that was not received; nothing of it was stored."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.field}: {refusal.code}")
        self.refusal = refusal


def in_words(code: str, limits: dict[str, Any]) -> str:
    """Write a reason in the active language."""
    text = gettext(REASONS.get(code, REASONS["unreadable"]))
    return text % limits if limits else text


def headline(code: str) -> str:
    """Write a reason in the active language without its numbers, for counts over many rows."""
    text = gettext(REASONS.get(code, REASONS["unreadable"]))
    return re.sub(r"%\(\w+\)s", "…", text).replace("….", "…")
