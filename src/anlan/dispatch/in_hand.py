"""Address and words in place: what the reports of an incident say to who has it in hand, noted once in the ledger."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from anlan.core.ledger.writes import NotStored
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.sealed.in_place import InPlace, words_in_place
from anlan.core.sealed.purposes import Purpose
from anlan.dispatch.access import Work
from anlan.dispatch.actions import open_in_hand
from anlan.intake.actions import IN_PLACE
from anlan.intake.models import Report, ReportPersonal

LAST: Final = 3  # stand open; the earlier ones are folded
IS_NUMBER: Final = re.compile(r"R-\d{6}-\d{4,}")
SHOWN: Final = 20  # of a great matter the latest; nobody reads a hundred calls, and none is opened unread


@dataclass(frozen=True)
class Said:
    """What one report says, or that it says it no more."""

    report: Report
    place: str
    words: str
    erased_at: dt.datetime | None
    photos: int


@dataclass(frozen=True)
class Sheet:
    """What the reports of an incident say, the latest first; `failed` where the opening could not be noted."""

    said: list[Said]
    more: int = 0
    failed: bool = False

    @property
    def latest(self) -> list[Said]:
        """What stands open: where it is first, and the last that was said; the next move has to stay in sight."""
        last = self.said[:LAST]
        where = next((said for said in reversed(self.said) if said.place), None)
        return last if where is None or any(said.place for said in last) else [where, *last]

    @property
    def earlier(self) -> list[Said]:
        """What is folded."""
        open_now = self.latest
        return [said for said in self.said if said not in open_now]


def opened_for(work: Work, reports: Sequence[Report], actor: Actor, at: dt.datetime) -> Sheet:
    """Return what reports that the actor may see say of the work in hand; the first look of each is an entry."""
    latest = sorted(reports, key=lambda report: (report.received_at, report.pk), reverse=True)[:SHOWN]
    found = _look(work, latest, actor)
    try:
        if found.closed:
            open_in_hand(work=work, report_ids=found.closed, actor=actor, at=at)
            found = _look(work, latest, actor)
    except (NotStored, NotAllowed):  # or it ended between two looks
        return Sheet([], failed=True)
    beside = _beside(latest)
    said = [_said(report, found.opened.get(report.pk, {}), *beside[report.pk]) for report in latest]
    return Sheet(said, more=len(reports) - len(latest))


def _beside(reports: Sequence[Report]) -> dict[int, tuple[dt.datetime | None, int]]:
    """Return of each report when its words were erased, and how many photos it has."""
    rows = Report.objects.filter(pk__in=[report.pk for report in reports]).annotate(photos=Count("attachments"))
    return {pk: (erased_at, photos) for pk, erased_at, photos in rows.values_list("pk", "erasure__at", "photos")}


def _look(work: Work, reports: Sequence[Report], actor: Actor) -> InPlace:
    subjects = {report.pk: f"report:{report.number}" for report in reports}
    return words_in_place(ReportPersonal, subjects, fields=IN_PLACE, purpose=Purpose.IN_HAND, about=work, actor=actor)


def _said(report: Report, words: dict[str, str], erased_at: dt.datetime | None, photos: int) -> Said:
    place, free = (words.get(name, "") for name in IN_PLACE)
    place = "" if IS_NUMBER.fullmatch(place) else place  # an addition without a pin names the report it belongs to
    return Said(report, place, free, erased_at, photos)
