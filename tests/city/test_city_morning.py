"""The morning on which the demonstration begins, where the city is busier than its desk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from anlan.city.demo import morning
from anlan.city.town.folder import build, installed_packages
from anlan.core.city import folder
from anlan.core.people.actors import system
from anlan.dispatch.models import Assignment, Unit
from anlan.triage.models import Incident

CITY = system("city")
MOMENT = dt.datetime(2017, 1, 25, 2, 30, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_where_every_patrol_is_out_the_call_waits_at_the_desk(tmp_path: Path) -> None:
    """The other stories go on, and what waits stands open with nobody sent."""
    folder.load(build(tmp_path, installed_packages()), actor=CITY, at=MOMENT - dt.timedelta(days=9))
    Unit.objects.filter(kind=Unit.Kind.PATROL).update(active=False)
    morning.begin_day(1, MOMENT, CITY)
    assert Assignment.objects.filter(unit__kind=Unit.Kind.MOBILE).exists()
    waiting = Incident.objects.open().filter(category_at_call__code="home_violence")
    assert waiting.count() == 1
    assert not waiting.filter(assignments__isnull=False).exists()
