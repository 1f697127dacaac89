"""What is logged of an answer that is no fault of ours, and what is told of a clock that went back."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from anlan.core import ledger
from anlan.core.ledger import seals
from anlan.core.ledger.jobs import tell_of_the_clock
from anlan.core.ledger.writes import write
from anlan.core.operator.condition import condition
from anlan.core.operator.health import stopped
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from tests import make

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there_and_one_that_is_closed_are_no_errors_in_the_log(caplog):
    """The line of the request says 404 and 403; nobody is called at night."""
    make.city()
    client = make.browser(make.person("operator"))
    assert client.get("/messages/contacts/1").status_code == 404
    assert client.get("/problems/").status_code == 403
    assert client.get("/nothing").status_code == 404
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_clock_that_went_back_is_an_alarm_and_stops_no_report(caplog, settings):
    """On the operator's page, for the monitor and for `anlan status`; a minute is what clocks differ by anyway."""
    make.city()
    with frozen(make.AT):
        with write():
            ledger.append("test.done", actor=system("test"), at=make.AT, subject="a", payload={})
        seals.seal()
    operator = make.browser(make.person("operator"))
    with frozen(make.AT - dt.timedelta(seconds=50)):
        assert make.scraped(settings)["anlan_clock_back_seconds"] == 0
        assert not condition()["clock_back_s"]
    with frozen(make.AT - dt.timedelta(minutes=5)):
        assert make.scraped(settings)["anlan_clock_back_seconds"] == 300
        assert "clock" in [line.code for line in stopped(make.AT - dt.timedelta(minutes=5))]
        assert "300" in operator.get("/operator/").content.decode().partition("timedatectl")[0].rpartition("<tr>")[2]
        assert make.report(at=make.AT - dt.timedelta(minutes=5)).number
        assert seals.seal()
        assert make.scraped(settings)["anlan_clock_back_seconds"] == 300  # a seal of the earlier time ends nothing
        assert tell_of_the_clock()
        assert not tell_of_the_clock()  # once in five minutes
        assert "300 s behind" in caplog.text
