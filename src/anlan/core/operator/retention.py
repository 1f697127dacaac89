"""What Anlan keeps for a time only, beside what a city decides: answers to keys, finished jobs, sessions, failures."""

from __future__ import annotations

import datetime as dt
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


@verb("core.retention.forget")
def forget(*, actor: Actor, at: dt.datetime) -> int:
    """Delete some of what has had its time, with one entry of how many of each kind; return of how many rows."""
    gone = {name: _delete(rows) for name, rows in _overdue(at).items()}
    gone = {name: count for name, count in gone.items() if count}
    if gone:
        ledger.append("core.forgotten", actor=actor, at=at, subject="retention", payload=gone)
    return sum(gone.values())


def _overdue(at: dt.datetime) -> dict[str, QuerySet[Any]]:
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
    some = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    rows.model._base_manager.filter(pk__in=some).delete()
    return len(some)
