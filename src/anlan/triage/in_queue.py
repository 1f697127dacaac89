"""Address and words of a report that waits to be sorted: in place to the desk, noted once in the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Final

from anlan.core.ledger.writes import NotStored
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.sealed.in_place import words_in_place
from anlan.core.sealed.purposes import Purpose
from anlan.intake.actions import IN_PLACE, open_in_place
from anlan.intake.models import Report, ReportPersonal
from anlan.intake.queries.unsorted import first_look_of
from anlan.triage.access import is_on_duty

QUEUE: Final = {"queue": "first_look"}  # what it is opened for, as the entry says


def words_to_sort(report: Report, actor: Actor, at: dt.datetime) -> Mapping[str, str] | None:
    """Return where it is and what it says while the report waits, for the desk on duty; none where that is over."""
    run = first_look_of(report)
    if run is None or run.stopped_at or not is_on_duty(actor):
        return None
    subjects = {report.pk: f"report:{report.number}"}
    look = partial(words_in_place, ReportPersonal, subjects, fields=IN_PLACE, purpose=Purpose.IN_HAND, about=QUEUE,
                   actor=actor)  # fmt: skip
    if look().closed:
        try:
            open_in_place(report_ids=[report.pk], about=QUEUE, actor=actor, at=at)
        except (NotStored, NotAllowed):
            return None
    return look().opened.get(report.pk)
