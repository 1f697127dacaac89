"""What the tracking page tells of the crew that was sent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions
from anlan.triage import actions as triage
from tests import make

AT = make.AT
ME = system("test")
CODE = "7KQ4M2XD9TFWHB6R"
pytestmark = pytest.mark.django_db


def page(client: Client) -> str:
    with frozen(AT + dt.timedelta(minutes=9)):
        return client.get(f"/track/{CODE}/").content.decode()


def test_the_reporter_reads_that_a_crew_came_and_not_which(client: Client) -> None:
    """Sent and there, with the time; nothing of it where somebody at home may read along."""
    make.city()
    report = make.report(channel="web", tracking_code=CODE)
    number = str(triage.open_incident(report_id=report.pk, actor=ME, at=AT)["incident"])
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)["assignment"]
    assert "A crew is there" not in page(client)
    actions.stamp(assignment=pk, step="on_scene", actor=ME, at=AT + dt.timedelta(minutes=7))
    shown = page(client)
    assert "Somebody was sent" in shown
    assert "A crew is there" in shown
    assert "14:07" in shown
    assert "Mobile team" not in shown
    triage.confirm_category(number=number, category="home_violence", actor=ME, at=AT + dt.timedelta(minutes=8))
    assert "A crew is there" not in page(client)
