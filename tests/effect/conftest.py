"""A small town with twenty places, twelve of which were mended at the turn of 2016."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from anlan.core.people.actors import Actor, system
from anlan.effect.actions import estimate
from anlan.intake.actions import receive_reports
from anlan.prevention.actions import (
    add_evidence,
    finish_task,
    instruct,
    plan_tasks,
    raise_problems,
    sign_for,
    verify,
)
from tests import make

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
    answer = receive_reports(rows=rows, actor=system("test"), at=dt.datetime(year, 12, 31, tzinfo=dt.UTC))
    assert not answer["refused"], answer["refused"]


def mend(study: int, sites: list[int], accepted: dt.datetime) -> None:
    """Take sites the whole way from a problem to accepted works."""
    me = system("test")
    found = raise_problems(title="Ponding", addressee="government", study=study, sites=sites, silence_words="none",
                           actor=me, at=RAISED)["problems"]  # fmt: skip
    instruct(problems=found, reference="2016-12", on=RAISED.date(), lead="drains", actor=me, at=RAISED)
    sign_for(problems=found, actor=me, at=RAISED)
    row = {"kind": "permanent", "title": "Pipe", "responsible": "Head of works", "criterion": "laid",
           "due_on": (accepted + dt.timedelta(days=30)).date()}  # fmt: skip
    for task in plan_tasks(tasks=[row | {"problem": one} for one in found], actor=me, at=RAISED)["tasks"]:
        add_evidence(task=task, words="laid", actor=me, at=accepted)
        finish_task(task=task, actor=make.actor("officer", at="drains"), at=accepted)
        verify(task=task, passed=True, actor=make.actor("verifier", at="government"), at=accepted)


@dataclass
class Town:
    """The study whose sites were mended, and a short way to an estimate."""

    analyst: Actor
    study: int

    def estimate(self, at: dt.datetime = dt.datetime(2017, 1, 5, tzinfo=dt.UTC), **told: Any) -> dict[str, Any]:
        values = {"study": self.study, "since": dt.date(2015, 1, 1), "until": dt.date(2016, 12, 30),
                  "measure_at": MEASURE, "actor": self.analyst} | told  # fmt: skip
        return estimate(**values, at=at)


@pytest.fixture
def town(db: None) -> Town:
    make.city()
    make.organisation("government", kind="government")
    rain(2015, range(4, 11), 0.6, 0.6)
    study = make.study(2015, adopt=True)
    sites = sorted(study.site_versions.values_list("site__number", flat=True))
    place = dict(study.site_versions.values_list("site__number", "place__lat"))
    east = dict(study.site_versions.values_list("site__number", "place__lon"))
    chosen = [one for one in sites if _spot(east[one], place[one]) in MENDED]
    mend(study.pk, chosen, dt.datetime(2016, 2, 20, tzinfo=dt.UTC))
    return Town(make.actor("analyst"), study.pk)


def _spot(lon: float, lat: float) -> int:
    apart = [abs(lon - one[0]) + abs(lat - one[1]) for one in SPOTS]
    return apart.index(min(apart))
