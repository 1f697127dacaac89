"""Taking back a move within seconds: what it changed is kept so long, and given back by an entry of its own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from anlan.core.models import ClockRun, LedgerEntry, Undo
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.workflow.moves import Step

Columns = Mapping[str, Any]


def columns_of(record: models.Model, names: Iterator[str] | list[str]) -> Columns:
    """Return columns of a record as they stand, as plain values."""
    fields = [record._meta.get_field(name) for name in names]
    return {field.attname: field.value_from_object(record) for field in fields}  # type: ignore[union-attr]


@contextmanager
def kept(step: Step, subject: str, actor: Actor) -> Iterator[None]:
    """Keep what a step changes while it is written: columns, and which clocks of its subject it stops and starts."""
    before = _running(subject)
    yield
    after = _running(subject)
    assert step.move is not None
    entry = LedgerEntry.objects.filter(subject=subject, kind=step.kind).order_by("-pk").values_list("pk", flat=True)
    Undo.objects.filter(until__lte=step.at).delete()
    Undo.objects.update_or_create(subject=subject, defaults={
        "entry_id": entry[0], "actor": actor.name, "move": step.move.name,
        "until": step.at + dt.timedelta(seconds=step.move.undo_s),
        "before": json.dumps(step.kept, cls=DjangoJSONEncoder),
        "ended": json.dumps(sorted(before - after)), "begun": json.dumps(sorted(after - before)),
    })  # fmt: skip


def undoable(subject: str, actor: Actor, at: dt.datetime) -> Undo | None:
    """Return the move that this person can still take back: their own, in time, and the last thing that was done."""
    found = Undo.objects.open(at).filter(subject=subject, actor=actor.name).first()
    return found if found and not _overtaken(found) else None


def require_undoable(subject: str, actor: Actor, at: dt.datetime) -> Undo:
    """Return the last move of a record that is held under lock, or refuse to take it back."""
    found = Undo.objects.filter(subject=subject).first()
    if found is None or found.actor != actor.name:
        raise Refused("nothing_to_undo")
    if found.until <= at:
        raise Refused("undo_too_late")
    if _overtaken(found):
        raise Refused("undo_overtaken")
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


def _running(subject: str) -> set[int]:
    return set(ClockRun.objects.running().filter(subject=subject).values_list("pk", flat=True))


def _overtaken(undo: Undo) -> bool:
    """Whether anything else was done with the record since."""
    return LedgerEntry.objects.filter(subject=undo.subject, pk__gt=undo.entry_id).exists()
