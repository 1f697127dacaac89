"""Once a day, in the night of the city, what has had its time is forgotten."""

from __future__ import annotations

import datetime as dt
from typing import Final

from anlan.core.city.current import city_zone
from anlan.core.jobs import JobRun, enqueue, job
from anlan.core.jobs.beside import beside
from anlan.core.ledger.writes import write
from anlan.core.models import Job
from anlan.core.operator.retention import forget, overdue
from anlan.core.people.actors import system
from anlan.core.time.clock import now

JOB: Final = "core.retention"
AT_NIGHT: Final = dt.time(3, 30)


@beside
def ask_for_tonight() -> bool:
    """Ask for this day's job, once."""
    night = dt.datetime.combine(now().astimezone(city_zone()).date(), AT_NIGHT, city_zone())
    key = f"{JOB}:{night:%Y%m%d}"
    if Job.objects.filter(key=key).exists():
        return False
    with write():
        enqueue(JOB, {}, key=key, run_after=night)
    return True


@job(JOB)
def forget_all(run: JobRun) -> None:
    """Forget batch by batch, until nothing is left that has had its time."""
    total = 0
    while gone := forget(rows=overdue(now()), actor=system("retention"), at=now()):
        total += gone
        run.progress(total)
    run.result({"rows": total})
