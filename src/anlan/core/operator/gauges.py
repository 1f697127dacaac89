"""How Anlan runs, as numbers for a monitor: what waits, what is late, what has stopped. No personal data."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min

from anlan import __version__
from anlan.core import ledger
from anlan.core.ledger import followers, seals
from anlan.core.models import ClockRun, Cursor, Job, Residue
from anlan.core.operator import archive
from anlan.core.operator.condition import clock_back_s, effects_waiting, is_sealing_late, ledger_faults
from anlan.core.operator.health import health
from anlan.core.people import throttle
from anlan.core.time.clock import now


@dataclass
class Metric:
    """A name, what it says, and its values by label."""

    name: str
    help: str
    kind: str = "gauge"
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)


def gauges() -> Iterator[Metric]:
    """Read every number from the database and the disk."""
    yield _gauge("info", "Version and database.", 1, version=__version__, database=connection.vendor)
    yield from _ledger()
    yield from _jobs()
    yield from _clocks()
    yield from _safety()
    yield _watched()


def _ledger() -> Iterator[Metric]:
    position, last = ledger.head_position(), seals.head()
    read = {cursor.name: cursor for cursor in Cursor.objects.all()}
    cursors = [(name, read.get(name)) for name in sorted(followers.FOLLOWERS)]
    yield _gauge("ledger_position", "Entries of the ledger.", position)
    yield _gauge("ledger_unsealed", "Entries that have no seal yet.", position - (last.last if last else 0))
    yield _gauge("sealing_late", "1 where entries wait for a seal longer than a minute.", is_sealing_late())
    yield _gauge("ledger_faults", "Faults that the last verification by itself found.", ledger_faults())
    yield _gauge("clock_back_seconds", "The machine's clock is behind the last seal; 0 up to a minute.", clock_back_s())
    lags = [({"follower": name}, position - (at.position if at else 0)) for name, at in cursors]
    yield Metric("anlan_follower_lag", "Entries that a follower has not read.", samples=_floats(lags))
    stops = [({"follower": name}, int(bool(at and at.stopped_at))) for name, at in cursors]
    yield Metric("anlan_follower_stopped", "1 where a failing entry stopped a follower.", samples=_floats(stops))


def _jobs() -> Iterator[Metric]:
    counts = {state.value: 0 for state in Job.State if state != Job.State.DONE}
    found = Job.objects.filter(state__in=counts).values_list("state").annotate(n=Count("pk"))
    states = [({"state": state}, n) for state, n in (counts | dict(found)).items()]
    yield Metric("anlan_jobs", "Jobs that have not ended well, by state.", samples=_floats(states))
    due = Job.objects.filter(state=Job.State.READY, token="", run_after__lte=now())  # no worker holds it
    waits = _age(due.aggregate(at=Min("run_after"))["at"], now())
    yield _gauge("job_oldest_seconds", "How long the oldest job waits whose time has come.", waits)


def _clocks() -> Iterator[Metric]:
    late = ClockRun.objects.overdue(now()).values_list("rule__code").annotate(n=Count("pk")).order_by("rule__code")
    rows = [({"clock": code}, n) for code, n in late]
    yield Metric("anlan_clocks_late", "Clocks that run past their target, by rule.", samples=_floats(rows))
    waiting = effects_waiting()
    yield _gauge("effects_waiting", "Clocks that have expired and whose effect has not run.", waiting)


def _safety() -> Iterator[Metric]:
    waiting = Residue.objects.aggregate(n=Count("pk"), at=Min("at"))
    yield _gauge("erasings_waiting", "Erasings whose bytes have not left the files.", waiting["n"])
    yield _gauge("erasing_oldest_seconds", "How long the oldest of them waits.", _age(waiting["at"], now()))
    yield _gauge("logins_throttled", "Names and addresses that wait after failed log-ins.", throttle.waiting())
    made = archive.last_made()
    if made:
        yield _gauge("backup_age_seconds", "Since the last backup from this directory.", _age(made["made_at"], now()))
    if settings.DATA_DIR.exists():
        yield _gauge(
            "disk_free_bytes", "Free where the data directory lies.", shutil.disk_usage(settings.DATA_DIR).free
        )


def _watched() -> Metric:
    """Return what the operator's page shows, line by line."""
    level = {"done": 0.0, "idle": 1.0, "warn": 1.0, "late": 2.0}
    rows = [({"line": line.code}, level[line.mark]) for line in sorted(health(now()), key=lambda line: line.code)]
    about = "What the operator's page says: 0 well, 1 to watch or not known, 2 stopped."
    return Metric("anlan_watched", about, samples=rows)


def _gauge(name: str, about: str, value: float, **labels: str) -> Metric:
    return Metric(f"anlan_{name}", about, samples=[(labels, float(value))])


def _floats(rows: list[tuple[dict[str, str], int]]) -> list[tuple[dict[str, str], float]]:
    return [(labels, float(value)) for labels, value in rows]


def _age(since: dt.datetime | None, at: dt.datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0
