"""Taking back a move within seconds: what it changed is kept so long, and given back by an entry of its own."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from anlan.core import ledger
from anlan.core.ledger.writes import write
from anlan.core.models import ClockRun, LedgerEntry, Undo
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused

Columns = Mapping[str, Any]
UNDER_WAY: Final = dt.timedelta(minutes=1)  # longer than a write waits for the others
MOST: Final = 500  # at a time
WITH = " "  # between the record whose act is taken back and another that goes back with it


class _Leading(threading.local):
    """With whose act this thread's further changes go back."""

    subject = ""


_leading = _Leading()


def columns_of(record: models.Model, names: Iterator[str] | list[str]) -> Columns:
    """Return columns of a record as they stand, as plain values."""
    fields = [record._meta.get_field(name) for name in names]
    return {field.attname: field.value_from_object(record) for field in fields}  # type: ignore[union-attr]


@contextmanager
def together(subject: str) -> Iterator[None]:
    """What follows here from an act on a record is taken back with it, and never by itself."""
    before, _leading.subject = _leading.subject, _leading.subject or subject
    try:
        yield
    finally:
        _leading.subject = before


@contextmanager
def kept(
    subject: str, move: str, kind: str, seconds: int, before: Columns, *, actor: Actor, at: dt.datetime
) -> Iterator[None]:
    """Keep what an act changes while it is written: columns, and which clocks of its subject it stops and starts.

    What Anlan does itself is not kept, nor what follows from another verb that does not take it back with its own.
    """
    lead = _leading.subject
    if actor.is_system or (not lead and ledger.is_nested()):
        yield
        return
    whose, ran = f"{lead}{WITH}{subject}" if lead else subject, _running(subject)
    _beside(subject).delete()  # what went with the act before this one stands from now on
    yield
    runs = _running(subject)
    entry = LedgerEntry.objects.filter(subject=subject, kind=kind).order_by("-pk").values_list("pk", flat=True)
    Undo.objects.update_or_create(subject=whose, defaults={
        "entry_id": entry[0], "actor": actor.name, "move": move, "until": at + dt.timedelta(seconds=seconds),
        "before": json.dumps(before, cls=DjangoJSONEncoder),
        "ended": json.dumps(sorted(ran - runs)), "begun": json.dumps(sorted(runs - ran)),
    })  # fmt: skip


def forget(at: dt.datetime) -> int:
    """Drop what can be taken back no more and return how much: the worker's, so that no verb waits for others' rows.

    What a verb holds just now is left to the next time, and what has only just passed to a verb that is under way.
    """
    passed = Undo.objects.filter(until__lte=at - UNDER_WAY)
    if not passed.exists():
        return 0
    with write():
        free = passed.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)
        return Undo.objects.filter(pk__in=list(free[:MOST])).delete()[0]


def undoable(subject: str, actor: Actor, at: dt.datetime) -> Undo | None:
    """Return the move that this person can still take back: their own, in time, and the last thing that was done."""
    found = Undo.objects.open(at).filter(subject=subject, actor=actor.name).first()
    return found if found and not _overtaken(found) else None


def last_of(actor: Actor, at: dt.datetime) -> Undo | None:
    """Return the last act of somebody, on whatever record, while it can still be taken back."""
    mine = Undo.objects.open(at).filter(actor=actor.name).exclude(subject__contains=WITH)
    found = mine.select_related("entry").order_by("-entry_id").first()
    return found if found and not _overtaken(found) else None


def require_undoable(subject: str, actor: Actor, at: dt.datetime) -> Undo:
    """Return the last move of a record that is held under lock, or refuse to take it back."""
    found = Undo.objects.filter(subject=subject).first()
    if found is None or found.actor != actor.name:
        raise Refused("nothing_to_undo")
    if found.until <= at:
        raise Refused("undo_too_late")
    require_standing(found)
    return found


def require_standing(undo: Undo) -> None:
    """Refuse to take back what something was done with since."""
    if _overtaken(undo):
        raise Refused("undo_overtaken")


def going_with(undo: Undo) -> list[Undo]:
    """Return what goes back with an act on a record, the last first, or refuse where something was done with it."""
    found = list(_beside(undo.subject).select_related("entry").order_by("-entry_id"))
    for beside in found:
        require_standing(beside)
    return found


def give_back(undo: Undo, record: models.Model) -> list[str]:
    """Set a record's columns to what they were and let its clocks run as if the move had not been; return the columns.

    A run that it stopped goes on from its own start; one that it started is as if it had never been.
    """
    columns = json.loads(undo.before)
    for attname, value in columns.items():
        field = next(field for field in record._meta.concrete_fields if field.attname == attname)
        setattr(record, attname, field.to_python(value) if not field.is_relation else value)
    ClockRun.objects.filter(pk__in=json.loads(undo.begun)).delete()
    ClockRun.objects.filter(pk__in=json.loads(undo.ended)).update(stopped_at=None, missing_at=None)
    undo.delete()
    return list(columns)


def _beside(subject: str) -> models.QuerySet[Undo]:
    return Undo.objects.filter(subject__startswith=f"{subject}{WITH}")


def _running(subject: str) -> set[int]:
    return set(ClockRun.objects.running().filter(subject=subject).values_list("pk", flat=True))


def _overtaken(undo: Undo) -> bool:
    """Whether anything else was done with the record since."""
    return LedgerEntry.objects.filter(subject=undo.entry.subject, pk__gt=undo.entry_id).exists()
