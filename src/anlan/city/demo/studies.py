"""The studies of the two years: the first is adopted, the second waits for the person at the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from anlan.city.demo.progress import ACTOR
from anlan.city.town.ground import ZONE
from anlan.hotspots.actions import adopt_study, run_now, start_study
from anlan.hotspots.models import Study

YEARS: Final = (2015, 2016)


def study_year(year: int) -> dict[str, Any]:
    """Study a year on the January after it."""
    at = desk_after(year)
    started = start_study(
        name=f"{year}年易涝点研判", since=dt.date(year, 1, 1), until=dt.date(year, 12, 31), categories=["waterlogging"],
        in_background=False, actor=ACTOR, at=at, key=f"city:study:{year}",
    )  # fmt: skip
    run_now(started["study"], actor=ACTOR, at=at)
    return {}


def adopt_first() -> None:
    """Adopt the first year's study unless a study was adopted; the second waits for the person at the desk."""
    if not Study.objects.filter(adopted_at__isnull=False).exists():
        first = Study.objects.filter(since__year=YEARS[0], state=Study.State.FINISHED).earliest("pk")
        adopt_study(study_id=first.pk, actor=ACTOR, at=desk_after(YEARS[0]) + dt.timedelta(days=21))


def desk_after(year: int) -> dt.datetime:
    """Return the January morning on which a year is looked back on."""
    return dt.datetime(year + 1, 1, 12, 9, 30, tzinfo=ZONE)
