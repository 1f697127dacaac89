"""How this data directory is doing: what `anlan status` and the page of status tell."""

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
from anlan.core.models import ClockRun, Job, LedgerSeal
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
        "effects_waiting": ClockRun.objects.lapsed(now() - LATE).count(),
        "followers_stopped": {cursor.name: cursor.error for cursor in followers.stopped()},
        "clock_back_s": clock_back_s(),
        "ledger_faults": ledger_faults(),
        "disk_free_bytes": shutil.disk_usage(settings.DATA_DIR).free if settings.DATA_DIR.exists() else None,
    }


def _simulated_time() -> str | None:
    return now().astimezone(city_zone()).isoformat(timespec="seconds") if ahead() else None


def alarms(found: dict[str, Any]) -> list[str]:
    """Say what an operator has to look at."""
    found_alarms = [f"follower {name} has stopped {error}" for name, error in found["followers_stopped"].items()]
    if found.get("ledger_faults"):
        found_alarms.append(f"the ledger does not verify: {found['ledger_faults']} faults, see `anlan ledger verify`")
    if found.get("clock_back_s"):
        found_alarms.append(f"the machine's clock is {found['clock_back_s']} s behind the last seal")
    if found["jobs_dead"]:
        found_alarms.append(f"{found['jobs_dead']} jobs have failed for good")
    if found["effects_waiting"]:
        found_alarms.append(f"{found['effects_waiting']} clocks have expired and their effect has not run")
    if found["messages_stuck"]:
        found_alarms.append(f"{found['messages_stuck']} messages wait, and their jobs are dead or stopped")
    if found["messages_gateway_away"]:
        found_alarms.append(f"{found['messages_gateway_away']} messages failed: a gateway is away or lets nobody in")
    free = found["disk_free_bytes"]  # 0 is the fullest disk, None is no folder
    if free is not None and free < 1 << 30:
        found_alarms.append("less than 1 GB is free on the disk")
    return found_alarms


def is_sealing_late() -> bool:
    """Whether entries wait for a seal longer than a running worker would leave them."""
    last = seals.head()
    if ledger.head_position() == (last.last if last else 0):
        return False
    return last is None or dt.datetime.fromisoformat(last.sealed_at) < now() - LATE


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
