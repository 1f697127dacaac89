"""What can be estimated: a small town with twenty places, twelve of which were mended at the turn of 2016."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from anlan.core.people.actors import Actor, system
from anlan.effect.actions import estimate
from anlan.prevention.actions import (
    add_evidence,
    finish_task,
    instruct,
    plan_tasks,
    raise_problems,
    sign_for,
    verify,
)
from tests.make.city import city, organisation
from tests.make.people import actor
from tests.make.problems import works
from tests.make.reports import receive
from tests.make.studies import study as study_of

SPOTS = [(119.93 + 0.01 * (n % 5), 31.73 + 0.01 * (n // 5)) for n in range(20)]
MENDED = range(12)
MEASURE = dt.date(2016, 3, 1)
RAISED = dt.datetime(2016, 1, 13, 1, 0, tzinfo=dt.UTC)


def rain(year: int, months: range, share: float, mended: float, days: tuple[int, ...] = (5, 15, 25)) -> None:
    """Let places fail by chance in each storm: `share` of them, of the mended ones `mended`."""
    draw = np.random.default_rng(year)
    rows: list[dict[str, Any]] = []
    for month, day in ((month, day) for month in months for day in days):
        for place, (lon, lat) in enumerate(SPOTS):
            if draw.random() < (mended if place in MENDED else share):
                at = dt.datetime(year, month, day, 4, place, tzinfo=dt.UTC)
                rows.append({"channel": "phone_110", "category": "waterlogging", "lon": lon, "lat": lat,
                             "received_at": at, "source": "rain", "source_id": f"{at:%y%m%d}-{place}"})  # fmt: skip
    receive(rows, year)


def mend(study: int, sites: list[int], accepted: dt.datetime) -> None:
    """Take sites the whole way from a problem to accepted works."""
    me = system("test")
    found = raise_problems(title="Ponding", addressee="government", study=study, sites=sites, silence_words="none",
                           actor=me, at=RAISED)["problems"]  # fmt: skip
    instruct(problems=found, reference="2016-12", on=RAISED.date(), lead="drains", actor=me, at=RAISED)
    sign_for(problems=found, actor=me, at=RAISED)
    until = (accepted + dt.timedelta(days=30)).date()
    lines = [works(number, until) for number in found]
    for task in plan_tasks(tasks=lines, actor=me, at=RAISED)["tasks"]:
        add_evidence(task=task, words="laid", actor=me, at=accepted)
        finish_task(task=task, actor=actor("officer", at="drains"), at=accepted)
        verify(task=task, passed=True, actor=actor("verifier", at="government"), at=accepted)


@dataclass
class MendedTown:
    """The study whose sites were mended, and a short way to an estimate."""

    analyst: Actor
    study: int

    def estimate(self, at: dt.datetime = dt.datetime(2017, 1, 5, tzinfo=dt.UTC), **values: Any) -> dict[str, Any]:
        """Estimate what the mending did."""
        asked = {"study": self.study, "since": dt.date(2015, 1, 1), "until": dt.date(2016, 12, 30),
                 "measure_at": MEASURE, "actor": self.analyst} | values  # fmt: skip
        return estimate(**asked, at=at)


def mended_town() -> MendedTown:
    """Build the town: a wet 2015, its adopted study, and twelve of its sites mended."""
    city()
    organisation("government", kind="government")
    rain(2015, range(4, 11), 0.6, 0.6)
    study = study_of(2015, adopt=True)
    places = study.site_versions.order_by("site__number").values_list("site__number", "place__lon", "place__lat")
    mend(study.pk, [number for number, *at in places if _spot(*at) in MENDED], dt.datetime(2016, 2, 20, tzinfo=dt.UTC))
    return MendedTown(actor("analyst"), study.pk)


def _spot(lon: float, lat: float) -> int:
    apart = [abs(lon - east) + abs(lat - north) for east, north in SPOTS]
    return apart.index(min(apart))
