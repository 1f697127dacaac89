"""How this data directory is doing: what `anlan status` counts."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Any

from django.conf import settings
from django.db import connection

from anlan import __version__
from anlan.core import ledger
from anlan.core.city.current import city, city_zone
from anlan.core.ledger import followers, seals, watch
from anlan.core.models import ClockRun, Job, LedgerPosition, LedgerSeal
from anlan.core.operator.counts import COUNTS
from anlan.core.time.clock import ahead, now

LATE = dt.timedelta(minutes=1)
LOOKED_BACK = 1000  # seals, a quarter of an hour at least: a clock that was once ahead is no alarm for ever


def condition() -> dict[str, Any]:
    """Return counts of the stages, the ledger's ends, what has stopped, and the room left on the disk."""
    here, position, last = city(), ledger.head_position(), seals.head()
    counted = {name: function() for name, function in COUNTS.items()}
    return counted | {
        "city": here.code if here else None,
        "simulated_time": _simulated_time() if here else None,
        "version": __version__,
        "database": connection.vendor,
        "position": position,
        "sealed": last.last if last else 0,
        "unsealed": position - (last.last if last else 0),
        "head": last.hash if last else "",
        "jobs_ready": Job.objects.filter(state=Job.State.READY).count(),
        "jobs_dead": Job.objects.filter(state=Job.State.DEAD).count(),
        "effects_waiting": effects_waiting(),
        "followers_stopped": {cursor.name: cursor.error for cursor in followers.stopped()},
        "clock_back_s": clock_back_s(),
        "ledger_faults": ledger_faults(),
        "disk_free_bytes": shutil.disk_usage(settings.DATA_DIR).free if settings.DATA_DIR.exists() else None,
    }


def _simulated_time() -> str | None:
    return now().astimezone(city_zone()).isoformat(timespec="seconds") if ahead() else None


def is_sealing_late() -> bool:
    """Whether entries wait for a seal longer than a running worker would leave them."""
    last, since = seals.head(), now() - LATE
    waiting = LedgerPosition.objects.filter(position__gt=last.last if last else 0).select_related("entry")
    first = waiting.order_by("position").first()
    if first is None or dt.datetime.fromisoformat(first.entry.at) >= since:  # it has just been written
        return False
    return last is None or dt.datetime.fromisoformat(last.sealed_at) < since


def effects_waiting() -> int:
    """Count the clocks that expired more than a minute ago, and whose effect has not run."""
    return ClockRun.objects.lapsed(now() - LATE).count()


def ledger_faults() -> int:
    """Return how many faults the last verification by itself found."""
    last = watch.last_found()
    return last.faults if last else 0


def clock_back_s() -> int:
    """Return by how many seconds the machine's clock is behind the latest seal; 0 for what clocks differ by anyway.

    Seals that were made since then have the earlier time, so the last one alone would end the alarm within a second.
    A simulated city has its own time, which begins anew with each building.
    """
    latest = max(LedgerSeal.objects.order_by("-last").values_list("sealed_at", flat=True)[:LOOKED_BACK], default=None)
    if latest is None or ahead():
        return 0
    back = dt.datetime.fromisoformat(latest) - now()
    return int(back.total_seconds()) if back > LATE else 0
