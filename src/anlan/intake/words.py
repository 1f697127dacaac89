"""How intake's things are written, on pages, in print and in answers, and what its refusals say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext, pgettext_lazy
from django.utils.translation import pgettext as p

from anlan.core import labels, refusals
from anlan.core.time import vocabulary
from anlan.core.time.clock import now as clock_now
from anlan.core.words import MISSING, in_chinese, local
from anlan.intake.models import Category, KeyQuestion, Report

refusals.words(
    {
        "missing": noop("This is missing; fill it in."),
        "not_text": noop("Write this as text."),
        "not_a_number": noop("This is not a number; write digits, such as 119.97."),
        "not_a_time": noop("This is not a time; write it as 2016-06-28T14:05:00+08:00."),
        "no_zone": noop("This time has no zone; write it with its offset, such as 2016-06-28T14:05:00+08:00."),
        "time_in_future": noop("This time lies in the future; check the clock and the time zone."),
        "time_too_old": noop("This time lies before %(first)s; check the order of day, month and year."),
        "unknown_category": noop("There is no such category in this city; write one of: %(known)s."),
        "unknown_channel": noop("There is no such channel; write one of: %(known)s."),
        "channel_not_yours": noop("You may not report through this channel."),
        "unknown_validity": noop("Write one of: %(known)s."),
        "unknown_crs": noop(
            "This coordinate system is not known; write EPSG:4326, GCJ-02, BD-09 or another EPSG code."
        ),
        "half_a_place": noop("Longitude and latitude come together; one of them is missing."),
        "no_place": noop("There is neither a pair of coordinates nor a place in words."),
        "outside_city": noop("This place lies outside the city (%(west)s to %(east)s, %(south)s to %(north)s)."),
        "swapped": noop("This place lies outside the city; longitude and latitude look swapped."),
        "not_convertible": noop("These coordinates cannot be converted; check the coordinate system."),
        "out_of_range": noop("This must lie between %(low)s and %(high)s."),
        "too_long": noop("This is too long: at most %(most)s characters."),
        "nul": noop("This holds a NUL character, which is no text."),
        "resident_id": noop("A resident-ID number must not be stored; leave it out."),
        "id_used": noop("This source sent another report under the same number before."),
        "too_many_photos": noop("At most %(most)s photos."),
        "line_too_long": noop("This line is too long: at most %(most)s bytes."),
        "no_identity": noop(
            "Give source_id, received_at or device_time: without any, a repeat cannot be told from a new report."
        ),
        "unknown_field": noop("There is no such field; leave it out or check its spelling."),
        "too_many_cells": noop(
            "This row has more cells than the header; put text that holds a separator in quotation marks."
        ),
        "ambiguous_time": noop("Day and month cannot be told apart in this column; write times as 2016-06-28 14:05."),
        "several_categories": noop("Several begin so: %(names)s. Type one letter more."),
        "which_category": noop("Type the number or the first letters of a category"),
        "which_time": noop("Write the time as 14:07, or as 2016-06-28 14:07"),
        "time_to_come": noop("This time is still to come. For yesterday write the date: 2016-06-27 23:50"),
        "too_big": noop("The photo is larger than 10 MB. Choose a smaller one, or go on without it."),
        "too_many_pixels": noop("The picture has too many pixels. Take it again at normal size."),
        "heic": noop(
            "This photo is in the HEIC format, which we cannot read. On an iPhone choose Settings, Camera, Formats, "
            "Most compatible, or send a screenshot of the photo."
        ),
        "not_photo": noop("This file is no photo. Choose a JPEG, PNG or WebP picture."),
        "broken": noop("The photo is damaged and cannot be read. Take or choose another one."),
        "file_too_large": noop("The file is too large: at most %(most)s MB. Part it."),
        "unpacks_too_far": noop(
            "This workbook unpacks to more than %(times)s times its size, as no list does. Save the list as CSV."
        ),
        "too_many_words": noop("This workbook holds more than %(most)s MB of text. Save it as CSV."),
        "json_too_large": noop(
            "A single JSON value of more than %(most)s MB is not read. Save it as CSV, or one object a line (NDJSON)."
        ),
        "look_too_long": noop(
            "Looking through this file took more than %(minutes)s minutes. Part it, or save it as CSV; at the terminal "
            "anlan import takes a file of any length."
        ),
        "mapping_unread": noop("A mapping is a text in TOML, in UTF-8, of at most %(most)s characters."),
        "unknown_question": noop("This question is not asked in this city. Open the page again."),
        "no_call_back_owed": noop("Nobody waits to be called back here any more."),
        "unknown_outcome": noop("Say what came of the call-back."),
        "nothing_answered": noop("Tick what was answered yes; what is known already stays."),
        "withdrawn_already": noop("Please report again if something is wrong there."),
        "withdrawal_over": noop(
            "A report can be withdrawn for 10 minutes. You can still have your words erased, or add something."
        ),
    }
)
vocabulary.runs_between({
    "first_look": (pgettext_lazy("a clock", "Report received"), pgettext_lazy("a clock", "Sorted")),
    "call_back": (pgettext_lazy("a clock", "Call cut off or without a word"), pgettext_lazy("a clock", "Called back")),
})  # fmt: skip
labels.name_kinds({
    "intake.call_back_owed": noop("To be called back"),
    "intake.called_back": noop("Called back"),
    "intake.import_done": noop("Import done"),
    "intake.import_dropped": noop("Import dropped"),
    "intake.import_started": noop("Import started"),
    "intake.import_uploaded": noop("File of an import uploaded"),
    "intake.personal_read": noop("Personal content opened"),
    "intake.photo_kept": noop("Photo kept, re-encoded"),
    "intake.photo_read": noop("Photo opened"),
    "intake.questions_answered": noop("Key question answered yes"),
    "intake.report_added_to": noop("The reporter added something"),
    "intake.report_erased": noop("Personal content erased"),
    "intake.report_escalated": noop("Not sorted in time: told to the command"),
    "intake.report_received": noop("Report received"),
    "intake.report_withdrawn": noop("Withdrawn by the reporter"),
    "intake.validity_set": noop("Validity changed"),
})  # fmt: skip
labels.name_records({"intake.category": noop("Category"), "intake.keyquestion": noop("Key question")})


def public_label(category: Category) -> str:
    """Name a category as citizens read it."""
    if in_chinese():
        return category.public_name or category.name
    return category.public_name_en or category.name_en or category.name


def label(named: Category | KeyQuestion) -> str:
    """Name a category as staff read it, or ask a question."""
    return named.name if in_chinese() else named.name_en or named.name


def said(question: KeyQuestion) -> str:
    """Say what a question answered yes says."""
    return question.yes if in_chinese() else question.yes_en or question.yes


def kind_words(kind: str) -> str:
    """Name what the reporter wants."""
    return {"alarm": p("kind of a matter", "Alarm"), "help": p("kind of a matter", "Help")}.get(
        kind, p("kind of a matter", "Complaint")
    )


def title(report: Report) -> str:
    """Say in one line what a report is about: Waterlogging, 30 cm."""
    depth = "" if report.depth_cm is None else f"{report.depth_cm} cm"
    return joined(label(report.category), depth)


def public_title(report: Report) -> str:
    """Say to its reporter what a report is about: Water on the road, half a wheel deep."""
    return joined(public_label(report.category), depth_words(report.depth_cm))


def listed(names: Iterable[str]) -> str:
    """Write names one after the other."""
    return _(", ").join(names)


def joined(*parts: str) -> str:
    """Join parts of a sentence with the language's comma."""
    return p("between parts of a sentence", ", ").join(part for part in parts if part)


def gap() -> str:
    """Part two sentences: Chinese ones stand side by side."""
    return "" if in_chinese() else " "


def when(at: dt.datetime | None) -> str:
    """Write a moment in full: day and time in the city."""
    return date_format(local(at), p("day and time", "l j F Y, H:i")) if at else MISSING


def clock(at: dt.datetime | None) -> str:
    """Write the time of day in the city."""
    return f"{local(at):%H:%M}" if at else MISSING


def until(due: dt.datetime) -> str:
    """Write a deadline as people say it: 18:00 today, 18:00 on Wednesday 29 June; midnight ends the day before."""
    here, today = local(due), local(clock_now()).date()
    whole_day = here.time() == dt.time()
    day = here.date() - dt.timedelta(days=1) if whole_day else here.date()
    if day == today:
        return _("the end of today") if whole_day else _("%(time)s today") % {"time": clock(due)}
    like = p("day of a deadline", "l j F") if day.year == today.year else p("day and year of a deadline", "l j F Y")
    if whole_day:
        return date_format(day, like)
    return _("%(time)s on %(day)s") % {"time": clock(due), "day": date_format(day, like)}


def is_past(due: dt.datetime) -> bool:
    """Whether a deadline has passed."""
    return clock_now() > due


def short(at: dt.datetime | None) -> str:
    """Write a moment as tables do: 2016-06-28 14:07."""
    return f"{local(at):%Y-%m-%d %H:%M}" if at else MISSING


def depth_words(depth_cm: int | None) -> str:
    """Say a depth as a citizen chose it."""
    if depth_cm is None:
        return ""
    if depth_cm == 0:
        return _("the water is gone")
    if depth_cm < 25:
        return _("over the ankle")
    return _("half a wheel deep") if depth_cm < 45 else _("knee-deep or more")


def degrees(value: float) -> str:
    """Write a coordinate to the tenth of a metre or so, never localised."""
    return f"{value:.5f}"


def metres(value: float) -> str:
    """Write a distance: 34 m, 1.2 km."""
    return f"{value:.0f} m" if value < 1000 else f"{value / 1000:.1f} km"


def minutes_before(at: dt.datetime, now: dt.datetime) -> str:
    """Say how long ago something was, in minutes."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}


def thousands(value: int) -> str:
    """Write a count with its thousands apart."""
    return f"{value:,}"
