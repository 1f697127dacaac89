"""The daily look at every deadline."""

from __future__ import annotations

import datetime as dt

from anlan.core import jobs
from anlan.core.city.current import city_zone
from anlan.core.jobs import JobRun, job
from anlan.core.people.actors import system
from anlan.core.time.clock import now
from anlan.prevention.actions import escalate_overdue

JOB = "prevention.ladder"


@job(JOB)
def ladder(run: JobRun) -> None:
    """Take the steps that have come, and ask for tomorrow's look in the same transaction."""
    with run.effect():
        run.result(escalate_overdue(actor=system("job"), at=now()))
        ask_for_ladder(now())


def ask_for_ladder(at: dt.datetime) -> None:
    """Ask once for a look in the morning of the next local day."""
    zone = city_zone()
    tomorrow = at.astimezone(zone).date() + dt.timedelta(days=1)
    morning = dt.datetime.combine(tomorrow, dt.time(7), zone)
    jobs.enqueue(JOB, {}, key=f"ladder:{tomorrow}", run_after=morning)
