"""The course of one incident that takes a turn: where it is, what the time is, and the verbs, each with its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from numpy.random import Generator

from anlan.city.town import words
from anlan.city.town.units import CENTRES
from anlan.city.year.lives import minutes
from anlan.city.year.month import Month
from anlan.intake.actions import receive_report
from anlan.triage import actions as triage

NEARBY: Final = 0.0004  # degrees


class Over(Exception):
    """What comes next lies after the simulated time, or was done in an earlier run."""


class Course:
    """The course of one such incident: where it is, what the time is, and the verbs with the time that each takes."""

    def __init__(self, month: Month, n: int, end: dt.datetime, dice: Generator) -> None:
        lasts = (month.ends - month.begins).total_seconds()
        self.month, self.n, self.end, self.dice, self.heard = month, n, end, dice, 0
        self.at = month.begins + dt.timedelta(seconds=float(dice.random()) * lasts)
        lon, lat, spread, _share = list(CENTRES.values())[int(dice.integers(len(CENTRES)))]
        self.lon, self.lat = float(dice.normal(lon, spread)), float(dice.normal(lat, spread))
        self.place = words.place_words(dice, words.street(dice), words.mark(dice))

    def wait(self, typical: float) -> None:
        """Let about so many minutes pass."""
        self.at += minutes(self.dice, typical)
        if self.at >= self.end:
            raise Over

    def does(self, verb: Callable[..., Any], typical: float, **what: Any) -> Any:
        """Take a step after about so many minutes."""
        self.wait(typical)
        return verb(**what, actor=self.month.actor, at=self.at)

    def hear(self, category: str, said: str, typical: float = 0.0, validity: str = "valid") -> int:
        """Receive a report from about there, and return its id."""
        self.wait(typical)
        self.heard += 1
        channel = "phone_110" if self.dice.random() < 0.7 else "hotline_12345"
        lon, lat = (round(axis + float(self.dice.normal(0, NEARBY)), 6) for axis in (self.lon, self.lat))
        answer = receive_report(
            channel=channel, category=category, received_at=self.at, lon=lon, lat=lat, precision_m=50.0,
            place_words=self.place, words=said, validity=validity,
            source=f"simulated-{self.month.seed}-turns-{self.month.year}",
            source_id=f"{self.month.name}-{self.n:03d}-{self.heard}", actor=self.month.actor,
            at=self.at + dt.timedelta(seconds=20), past=True,
        )  # fmt: skip
        if answer["repeated"]:
            raise Over
        return int(answer["report_id"])

    def opened(self, category: str, said: str) -> str:
        """Hear of something and open its incident."""
        report = self.hear(category, said)
        return str(self.does(triage.open_incident, 1, report_id=report)["incident"])

    def ended(self, number: str, disposal: str = "done") -> None:
        """Sign for it, put it right and close it."""
        self.does(triage.sign_for, 40, number=number)
        self.does(triage.resolve, 240, number=number, disposal=disposal)
        self.does(triage.close_incident, 300, number=number)
