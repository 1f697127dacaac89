"""A move made by mistake is taken back within seconds: by whoever made it, before anything follows, clocks and all."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from anlan.core.jobs.worker import Worker
from anlan.core.ledger import followers
from anlan.core.models import City, ClockRun, LedgerEntry, Undo
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.core.words import local
from anlan.intake.public.codes import code_for
from anlan.triage import actions
from anlan.triage.models import Incident
from anlan.voice.models import Satisfaction
from tests import make
from tests.make import AT

pytestmark = pytest.mark.django_db


def later(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


@pytest.fixture
def desk() -> Actor:
    make.city()
    return make.actor("dispatcher")


def running(number: str) -> list[tuple[str, dt.datetime, dt.datetime]]:
    """Return the clocks that run on an incident: which, since when, until when."""
    runs = ClockRun.objects.running().filter(subject=f"incident:{number}").order_by("rule__code")
    return list(runs.values_list("rule__code", "started_at", "due_at"))


def resolved(desk: Actor) -> tuple[str, dict[str, object], list[tuple[str, dt.datetime, dt.datetime]]]:
    """Resolve a new incident by mistake; return it, its columns and its clocks before."""
    number = make.incident()
    columns, clocks = Incident.objects.values().get(number=number), running(number)
    actions.resolve(number=number, disposal="done", actor=desk, at=later(60))
    return number, columns, clocks


def refused(number: str, who: Actor, seconds: int) -> str:
    with pytest.raises(Refused) as error:
        actions.undo(number=number, actor=who, at=later(seconds))
    return error.value.code


def test_what_was_taken_back_stands_as_before_with_its_clocks(desk: Actor) -> None:
    """State, result, and the clocks: stopped ones go on from their start, started ones are as if they never were."""
    number, columns, clocks = resolved(desk)
    assert running(number) != clocks
    assert actions.undo(number=number, actor=desk, at=later(80)) == {"incident": number, "undone": "resolve"}
    assert Incident.objects.values().get(number=number) == columns
    assert running(number) == clocks
    assert not ClockRun.objects.filter(rule__code="close").exists()
    entry = LedgerEntry.objects.get(kind="triage.incident_undone")
    assert json.loads(entry.payload) == {"incident": columns["id"], "move": "resolve", "from": "resolved", "to": "new"}
    assert (entry.actor, entry.cause.kind if entry.cause else "") == (desk.name, "triage.incident_resolved")


def test_a_close_is_taken_back_with_its_time(desk: Actor) -> None:
    """The moment of closing goes with it; a row that is open has none."""
    number, _columns, _clocks = resolved(desk)
    actions.close_incident(number=number, disposal="advised", actor=desk, at=later(70))
    actions.undo(number=number, actor=desk, at=later(75))
    incident = Incident.objects.get(number=number)
    assert (incident.state, incident.disposal, incident.closed_at) == ("resolved", "done", None)
    assert refused(number, desk, 76) == "nothing_to_undo"


@pytest.mark.parametrize(("seconds", "code"), [(89, ""), (90, "undo_too_late")])
def test_it_is_taken_back_within_half_a_minute(desk: Actor, seconds: int, code: str) -> None:
    """The server's time decides, to the second."""
    number, _columns, _clocks = resolved(desk)
    if code:
        assert refused(number, desk, seconds) == code
    else:
        actions.undo(number=number, actor=desk, at=later(seconds))


def test_only_whoever_made_a_move_takes_it_back_and_only_once(desk: Actor) -> None:
    """Another dispatcher reopens with a reason instead; a second press finds nothing."""
    number, _columns, _clocks = resolved(desk)
    assert refused(number, make.actor("dispatcher"), 65) == "nothing_to_undo"
    actions.undo(number=number, actor=desk, at=later(66))
    assert refused(number, desk, 67) == "nothing_to_undo"


def test_what_was_done_since_cannot_be_undone_under_somebodys_hands(desk: Actor) -> None:
    """A report that was linked, an urgency, another move: the moment has passed."""
    number, _columns, _clocks = resolved(desk)
    actions.set_urgency(number=number, urgency=1, actor=make.actor("dispatcher"), at=later(70))
    assert refused(number, desk, 71) == "undo_overtaken"
    assert Incident.objects.get(number=number).state == "resolved"


def test_whoever_follows_waits_until_a_move_stands(desk: Actor) -> None:
    """A reporter is not asked whether it helped while the close can be taken back, nor ever where it was."""
    here = City.objects.get()
    here.settings = json.dumps(json.loads(here.settings) | {"satisfaction_one_in": 1})
    here.save()
    first, second = (make.report(channel="web", tracking_code=code_for(f"{n:032x}")) for n in (1, 2))
    numbers = [make.incident(report) for report in (first, second)]
    for number in numbers:
        actions.close_incident(number=number, disposal="done", actor=desk, at=later(60))
    with frozen(later(70)):
        followers.catch_up()
        assert not Satisfaction.objects.exists()
        actions.undo(number=numbers[0], actor=desk, at=later(70))
    with frozen(later(95)):
        followers.catch_up()
    assert list(Satisfaction.objects.values_list("report_id", flat=True)) == [second.pk]


def test_the_page_offers_it_for_so_long_and_a_press_does_it(desk: Actor) -> None:
    """One button, with its key and its time; without script too."""
    number, _columns, _clocks = resolved(desk)
    browser, page = make.browser(desk), f"/incidents/{number}/"
    with frozen(later(70)):
        assert 'value="undo" data-key="z"' in " ".join(browser.get(page).content.decode().split())
        assert 'value="undo"' in browser.get(f"/console/{number}/").content.decode()
        assert 'value="undo"' not in make.browser(make.actor("dispatcher")).get(page).content.decode()
        told = browser.post(f"{page}act", {"verb": "undo", "seen": "resolved"}, follow=True).content.decode()
    assert "Taken back: Resolve" in told
    with frozen(later(120)):
        assert browser.post(f"{page}act", {"verb": "undo"}).status_code == 409


def test_nothing_is_kept_of_what_anlan_itself_does_nor_longer_than_it_is_needed(desk: Actor) -> None:
    """A crew's end of danger resolves by another verb, a simulated city by none of ours; the worker drops old rows."""
    number, _columns, _clocks = resolved(desk)
    crew = make.incident(at=later(100))
    make.stamp(make.assignment(crew, at=later(101)), "resolved", later(102))
    assert list(Undo.objects.values_list("subject", flat=True)) == [f"incident:{number}"]
    other = make.incident(at=later(110))
    actions.resolve(number=other, disposal="done", actor=desk, at=later(120))
    kept = Undo.objects.order_by("pk").values_list("subject", flat=True)
    assert list(kept.all()) == [f"incident:{number}", f"incident:{other}"]  # no verb waits for the rows of others
    with frozen(later(155)):
        Worker()._turn()
        assert list(kept.all()) == [f"incident:{other}"]


def test_until_when_is_said_in_the_citys_time(desk: Actor) -> None:
    """To the second, as the clock on the wall shows it."""
    number, _columns, _clocks = resolved(desk)
    with frozen(later(70)):
        page = make.browser(desk).get(f"/incidents/{number}/").content.decode()
    assert f"Undo, until {local(later(90)):%H:%M:%S}" in page


def test_whoever_waits_for_a_move_to_stand_lets_the_worker_go_on(
    desk: Actor, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    """However much lies behind it: what waits is looked at once a turn."""
    monkeypatch.setattr(followers, "FILTERED_BATCH", 3)
    for _ in range(6):
        number = make.incident()
        actions.close_incident(number=number, disposal="done", actor=desk, at=later(60))
    with frozen(later(70)), django_assert_max_num_queries(120):
        followers.catch_up()
    with frozen(later(95)):
        followers.catch_up()
    assert not followers.stopped()
