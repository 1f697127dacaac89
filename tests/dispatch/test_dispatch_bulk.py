"""Many incidents with their units leave what the single verbs leave."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.dispatch import actions
from anlan.dispatch.actions import run_incidents, write_rota
from anlan.dispatch.models import Assignment, Milestone, Shift
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> None:
    make.city()


def after(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


STAMPS = [("acknowledged", 40), ("en_route", 200), ("on_scene", 700), ("resolved", 900), ("field_feedback", 950),
          ("cleared", 960)]  # fmt: skip


def state() -> list[Any]:
    """Return all rows and entries without their keys."""
    runs = ClockRun.objects.order_by("pk").values_list(
        "rule__code", "organisation__code", "started_at", "due_at", "stopped_at", "missing_at"
    )
    entries = [
        (row.kind, row.at, {k: v for k, v in json.loads(row.payload).items() if k not in {"assignment", "incident"}})
        for row in LedgerEntry.objects.exclude(kind__startswith="intake.").order_by("kind", "at")
        if not row.kind.startswith("core.")
    ]
    return [
        list(Incident.objects.values_list("state", "disposal", "closed_at", "urgency")),
        list(Assignment.objects.values_list("unit__code", "state", "dispatched_at", "ended_at", "backup")),
        list(Milestone.objects.order_by("at", "step").values_list("step", "at")),
        sorted(runs, key=str),
        entries,
    ]


def singly(report: int, stamps: list[tuple[str, int]] = STAMPS) -> list[Any]:
    number = triage.open_incident(report_id=report, actor=ME, at=AT)["incident"]
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=after(20))["assignment"]
    for step, seconds in stamps:
        if step == "resolved":
            actions.resolve_on_scene(assignment=pk, disposal="done", actor=ME, at=after(seconds))
        else:
            actions.stamp(assignment=pk, step=step, actor=ME, at=after(seconds))
    triage.close_incident(number=number, actor=ME, at=after(4000))
    return state()


def row(report: int, crew: list[tuple[str, int]] = STAMPS, **values: Any) -> dict[str, Any]:
    stamps = [("dispatched", after(20)), *((step, after(seconds)) for step, seconds in crew)]
    return {"reports": [(report, AT)], "sent_at": after(20), "units": [{"unit": "mobile-1", "stamps": stamps}],
            "resolved_at": after(900), "disposal": "done", "closed_at": after(4000)} | values  # fmt: skip


@pytest.mark.parametrize("left_out", [set(), {"acknowledged"}, {"acknowledged", "en_route"}, {"on_scene"}])
def test_a_batch_leaves_what_the_single_verbs_leave(left_out: set[str]) -> None:
    """Rows, stamps, clocks and entries are the same also where stamps are missing, and the ledger verifies."""
    from django.db import transaction

    report, stamps = make.report().pk, [(step, seconds) for step, seconds in STAMPS if step not in left_out]
    with transaction.atomic():
        one = singly(report, stamps)
        transaction.set_rollback(True)
    run_incidents(rows=[row(report, stamps)], actor=ME, at=AT)
    assert state() == one
    assert verify().ok


def test_a_missing_stamp_stays_missing() -> None:
    """Nothing is put between."""
    stamps = [("dispatched", after(20)), ("on_scene", after(700))]
    told = {"units": [{"unit": "mobile-1", "stamps": stamps}], "resolved_at": None, "closed_at": None}
    run_incidents(rows=[row(make.report().pk, **told)], actor=ME, at=AT)
    assert Assignment.objects.get().state == "on_scene"
    assert not Milestone.objects.filter(step="acknowledged").exists()


def test_stamps_out_of_order_are_refused_whole() -> None:
    """One bad row and the batch is as if it had not been sent."""
    stamps = [("dispatched", after(20)), ("resolved", after(30)), ("on_scene", after(40))]
    with pytest.raises(Refused) as refused:
        run_incidents(rows=[row(make.report().pk, units=[{"unit": "mobile-1", "stamps": stamps}])], actor=ME, at=AT)
    assert refused.value.code == "no_such_step"
    assert not Incident.objects.exists()


def test_a_rota_leaves_what_single_shifts_leave() -> None:
    """The same rows and entries; what stands already stays, and one bad row refuses all."""
    times = [{"begins_at": AT + n * DAY, "ends_at": AT + (n + 1) * DAY, "people": 20 + n} for n in range(3)]
    for told in times:
        actions.begin_shift(unit="mobile-1", **told, actor=ME, at=AT)
    rows = [{"unit": "pump-1", **told} for told in times]
    with pytest.raises(Refused) as refused:
        write_rota(rows=[*rows, rows[0] | {"unit": "moon-1"}], actor=ME, at=AT)
    assert refused.value.code == "unknown_unit_code"
    assert write_rota(rows=rows, actor=ME, at=AT) == {"shifts": 3}
    assert write_rota(rows=rows, actor=ME, at=AT) == {"shifts": 0}
    assert shifts_left("mobile-1") == shifts_left("pump-1")
    assert verify().ok


def shifts_left(unit: str) -> tuple[list[Any], list[Any]]:
    shifts = Shift.objects.filter(unit__code=unit).order_by("begins_at")
    told = LedgerEntry.objects.filter(subject=f"unit:{unit}").order_by("pk")
    rows = list(shifts.values_list("begins_at", "ends_at", "people"))
    return rows, list(told.values_list("kind", "actor", "at", "payload"))
