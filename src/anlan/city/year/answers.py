"""What simulated reporters answer when asked whether it helped: the slower it went, the fewer say yes."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zlib import crc32

import numpy as np

from anlan.city.town.codes import code_of
from anlan.city.year.month import Month
from anlan.core.people.actors import PUBLIC
from anlan.triage.models import IncidentReport
from anlan.voice.actions import Said
from anlan.voice.actions import answer_all as take_all
from anlan.voice.models import Satisfaction

ANSWERS: Final = 0.45
SLOW_H: Final = 12.0


def answer_all(month: Month) -> None:
    """Answer what was asked in a month, within a few days."""
    asked = Satisfaction.objects.filter(asked_at__gte=month.begins, asked_at__lt=month.ends, answered_at=None)
    rows = list(asked.select_related("report").order_by("pk"))
    lasted = _lasted([row.report_id for row in rows])
    answers = []
    for row in rows:
        dice = np.random.default_rng([month.seed, crc32(str(row.report.source_id).encode()), 41])
        if dice.random() >= ANSWERS:
            continue
        slow = lasted.get(row.report_id, 0.0) > SLOW_H
        helped = str(dice.choice(["yes", "partly", "no"], p=[0.58, 0.2, 0.22] if slow else [0.8, 0.12, 0.08]))
        at = row.asked_at + dt.timedelta(hours=float(dice.exponential(30)) % 600)
        if month.until and at > month.until:
            continue
        answers.append(Said(code_of(row.report.source, str(row.report.source_id)), helped, at))
    take_all(answers=answers, actor=PUBLIC, at=month.ends)


def _lasted(reports: list[int]) -> dict[int, float]:
    """Return how many hours the incident of each report took."""
    found: dict[int, float] = {}
    for start in range(0, len(reports), 900):
        links = IncidentReport.objects.filter(report__in=reports[start : start + 900], unlinked_at=None)
        rows = links.values_list("report_id", "incident__opened_at", "incident__closed_at")
        found |= {pk: (end - begun).total_seconds() / 3600 for pk, begun, end in rows if end}
    return found
