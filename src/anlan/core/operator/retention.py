"""What Anlan keeps for a time only, beside what a city decides: answers to keys, finished jobs, sessions, failures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.models import Job, LoginFailures, VerbKey
from anlan.core.people.actors import Actor
from anlan.core.time.clock import wall

BATCH: Final = 2000  # rows of a kind in one write: nobody waits long behind it
FAILURES_KEPT: Final = dt.timedelta(days=1)
Rows = Mapping[str, list[Any]]


def overdue(at: dt.datetime) -> Rows:
    """Return by kind some rows that have had their time; read before anything is locked, since it may take long."""
    return {name: list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]) for name, rows in _kinds(at).items()}


@verb("core.retention.forget")
def forget(*, rows: Rows, actor: Actor, at: dt.datetime) -> int:
    """Delete rows that have had their time, with one entry of how many of each kind; return of how many."""
    kinds = _kinds(at)
    gone = {name: _delete(kinds[name].filter(pk__in=some)) for name, some in rows.items() if some}
    gone = {name: count for name, count in gone.items() if count}
    if gone:
        ledger.append("core.forgotten", actor=actor, at=at, subject="retention", payload=gone)
    return sum(gone.values())


def _kinds(at: dt.datetime) -> dict[str, QuerySet[Any]]:
    """Return by kind what has had its time. Keys of Anlan itself stay: by them an effect comes once, however late."""
    keys = VerbKey.objects.filter(at__lt=at - dt.timedelta(days=settings.KEEP_KEYS_DAYS))
    jobs = Job.objects.filter(state=Job.State.DONE, finished_at__lt=at - dt.timedelta(days=settings.KEEP_JOBS_DAYS))
    return {
        "keys": keys.exclude(key__contains="|system:"),
        "jobs": jobs,
        "sessions": Session.objects.filter(expire_date__lt=wall()),
        "login_failures": LoginFailures.objects.filter(last_at__lt=wall() - FAILURES_KEPT),
    }


def _delete(rows: QuerySet[Any]) -> int:
    _, counts = rows.delete()
    return counts.get(rows.model._meta.label, 0)
