"""A step of the ladder is sent to the duty post of the organisation whose step it is, where that post consented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.ledger import followers
from anlan.core.models import Cursor, LedgerEntry, Message
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.models import Escalation
from tests.make.contacts import contact, written
from tests.make.problems import Town, day


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """The simulated gateway writes into a folder of the test's own."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def climb(town: Town, n: int) -> None:
    """Let the ladder be looked at on a day, at nine in the morning, and let what follows from it be done."""
    with frozen(day(n)):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
        followers.catch_up()
        jobs.drain()


def test_each_step_goes_to_the_duty_post_with_its_entry_as_cause(town: Town, folder: Path) -> None:
    """Reminder, supervision, interview; the number and the day stand in the text."""
    contact(at=day(0))
    _, (task,) = town.planned()
    for n in (30, 34, 49):
        climb(town, n)
    sent = list(Message.objects.order_by("pk"))
    assert [message.template for message in sent] == [
        "prevention.remind", "prevention.supervise", "prevention.interview"
    ]  # fmt: skip
    assert {message.state for message in sent} == {"handed"}
    steps = LedgerEntry.objects.filter(kind="prevention.escalated").order_by("pk")
    assert [message.cause for message in sent] == [entry.pk for entry in steps]
    assert written(folder).count(task) == 6  # subject and text


def test_a_late_reminder_does_not_ask_for_what_can_be_no_more(town: Town, folder: Path) -> None:
    """It says that the day is past, in words of its own."""
    contact(at=day(0))
    town.planned()
    climb(town, 40)
    assert [message.template for message in Message.objects.all()] == ["prevention.remind_late"]
    assert "in time" not in written(folder)


@pytest.mark.parametrize("known", [{"to": "control"}, {"purpose": ""}, None])
def test_where_no_contact_consents_nothing_is_sent_and_the_ladder_climbs_all_the_same(town: Town, known: Any) -> None:
    """Another organisation's contact, one without consent, or none at all: no message, no entry."""
    if known is not None:
        contact(at=day(0), **known)
    town.planned()
    climb(town, 33)
    assert Escalation.objects.count() == 1
    assert not Message.objects.exists()
    assert not LedgerEntry.objects.filter(kind__startswith="core.message").exists()


def test_what_was_taken_before_the_consent_is_never_sent(town: Town) -> None:
    """Who consents today gets no word of last year, even where the follower reads from the beginning."""
    town.planned()
    with frozen(day(33)):
        actions.escalate_overdue(actor=town.supervisor, at=day(33))
    contact(at=day(34))
    with frozen(day(35)):
        followers.catch_up()
    assert not Message.objects.exists()
    assert followers.stopped() == []


def test_a_step_is_sent_once(town: Town) -> None:
    """However often its entry is read."""
    contact(at=day(0))
    town.planned()
    climb(town, 33)
    Cursor.objects.filter(name="prevention.ladder_notice").delete()
    with frozen(day(34)):
        followers.catch_up()
    assert Message.objects.count() == 1
