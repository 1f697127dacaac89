"""How long a matter may be dealt with: what is urgent at once in hours, everything else in working days."""

from __future__ import annotations

import csv
import datetime as dt
from importlib.resources import files

import pytest

from anlan.core.models import ClockRule
from anlan.core.people.actors import system
from anlan.triage import actions
from anlan.triage.models import Incident
from tests import make
from tests.make.incidents import running

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def reference_rules() -> None:
    """The reference city's own rules of dealing with a matter."""
    make.city()
    with (files("anlan.city") / "data/folder/clocks.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["code"].startswith("handle"):
                values = {name: row[name] for name in ("name", "name_en", "start", "stop", "counting", "scope")}
                values |= {"target_s": int(row["target_s"])}
                ClockRule.objects.update_or_create(code=row["code"], defaults=values)


def dealt_with_by(number: str) -> list[str]:
    """Which clocks of dealing with an incident run."""
    return sorted(code for code in running(Incident.objects.get(number=number)) if code.startswith("handle"))


@pytest.mark.parametrize(("urgency", "clock"), [(1, "handle_at_once"), (2, "handle"), (3, "handle")])
def test_what_is_urgent_at_once_has_no_five_working_days(urgency: int, clock: str) -> None:
    """The clock of dealing with it follows how soon somebody has to go."""
    number = make.incident()
    actions.set_urgency(number=number, urgency=urgency, actor=ME, at=AT)
    actions.send(number=number, actor=ME, at=AT)
    assert dealt_with_by(number) == [clock]


def test_a_matter_that_turns_urgent_gets_the_short_clock_beside_the_long() -> None:
    """It comes due first, and both end with the matter."""
    number = make.incident()
    actions.set_urgency(number=number, urgency=2, actor=ME, at=AT)
    actions.send(number=number, actor=ME, at=AT)
    actions.set_urgency(number=number, urgency=1, actor=ME, at=AT + dt.timedelta(hours=1))
    assert dealt_with_by(number) == ["handle", "handle_at_once"]
    actions.resolve(number=number, disposal="done", actor=ME, at=AT + dt.timedelta(hours=2))
    assert dealt_with_by(number) == []
