"""A unit sent or a stamp given by mistake is taken back within seconds, with whatever it brought about."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from anlan.core.ledger import followers
from anlan.core.models import ClockRun, LedgerEntry, Undo
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.dispatch import actions
from anlan.dispatch.models import Assignment, Milestone
from anlan.dispatch.tracking import tell_of_crew
from anlan.intake.models import Report
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make
from tests.flat import flat

AT = make.AT
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Actor:
    make.city()
    return make.actor("dispatcher")


def later(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def send(number: str, desk: Actor, unit: str = "mobile-1", seconds: int = 10) -> int:
    return int(actions.dispatch_unit(number=number, unit=unit, actor=desk, at=later(seconds))["assignment"])


def standing() -> dict[str, list[Any]]:
    """Return everything that a sending or a stamp changes."""
    return {
        "incidents": list(Incident.objects.order_by("pk").values()),
        "assignments": list(Assignment.objects.order_by("pk").values()),
        "stamps": list(Milestone.objects.order_by("pk").values()),
        "clocks": list(ClockRun.objects.order_by("pk").values()),
    }


def refused(pk: int, who: Actor, seconds: int) -> str:
    with pytest.raises(Refused) as error:
        actions.undo(assignment=pk, actor=who, at=later(seconds))
    return error.value.code


def test_a_sending_that_was_taken_back_is_as_if_it_had_not_been(desk: Actor) -> None:
    """The incident, the clocks, the unit; two entries say what was taken back, each of what it follows from."""
    number = make.incident()
    before = standing()
    pk = send(number, desk)
    assert actions.undo(assignment=pk, actor=desk, at=later(30))["undone"] == "dispatched"
    assert standing() == before
    assert not Undo.objects.exists()
    undone = LedgerEntry.objects.filter(kind__endswith="_undone").select_related("cause").order_by("pk")
    assert [(one.kind, one.actor, one.cause and one.cause.kind) for one in undone] == [
        ("triage.incident_undone", desk.name, "triage.incident_dispatched"),
        ("dispatch.unit_undone", desk.name, "dispatch.unit_dispatched"),
    ]
    payload = json.loads(undone[1].payload)
    assert payload == {"assignment": pk, "unit": "mobile-1", "incident": number, "move": "dispatched",
                       "from": "dispatched", "to": ""}  # fmt: skip
    send(make.incident(at=later(31)), desk, seconds=32)


@pytest.mark.parametrize("step", ["acknowledged", "en_route", "on_scene", "cleared"])
def test_a_stamp_that_was_taken_back_is_as_if_it_had_not_been(desk: Actor, step: str) -> None:
    """State, stamp and clocks; what ended a unit's work ends nothing."""
    pk = send(make.incident(), desk)
    before = standing()
    actions.stamp(assignment=pk, step=step, actor=desk, at=later(60))
    actions.undo(assignment=pk, actor=desk, at=later(80))
    assert standing() == before


def test_a_danger_that_had_not_ended_goes_on_for_the_incident_too(desk: Actor) -> None:
    """What the crew's stamp resolved stands as before, result and clocks."""
    pk = send(make.incident(), desk)
    before = standing()
    actions.resolve_on_scene(assignment=pk, disposal="done", actor=desk, at=later(60))
    assert Incident.objects.get().state == "resolved"
    actions.undo(assignment=pk, actor=desk, at=later(80))
    assert standing() == before


def test_a_call_for_help_is_taken_back(desk: Actor) -> None:
    """By whoever gave it, and only the last of several."""
    pk = send(make.incident(), desk)
    actions.stamp(assignment=pk, step="on_scene", actor=desk, at=later(20))
    actions.ask_backup(assignment=pk, actor=desk, at=later(60))
    before = standing()
    actions.ask_backup(assignment=pk, actor=desk, at=later(65))
    actions.undo(assignment=pk, actor=desk, at=later(80))
    assert standing() == before


def test_what_was_sent_in_place_of_another_goes_back_with_it(desk: Actor) -> None:
    """The first is out again, the second is free."""
    pk = send(make.incident(), desk)
    before = standing()
    actions.reassign(assignment=pk, unit="pump-1", actor=desk, at=later(60))
    actions.undo(assignment=pk, actor=desk, at=later(80))
    assert standing() == before


@pytest.mark.parametrize(("seconds", "code"), [(39, ""), (40, "undo_too_late")])
def test_it_is_taken_back_within_half_a_minute(desk: Actor, seconds: int, code: str) -> None:
    """The server's time decides, to the second."""
    pk = send(make.incident(), desk)
    if code:
        assert refused(pk, desk, seconds) == code
    else:
        actions.undo(assignment=pk, actor=desk, at=later(seconds))


def test_only_whoever_made_a_step_takes_it_back_and_only_once(desk: Actor) -> None:
    """A second press finds nothing; an analyst may not even ask."""
    pk = send(make.incident(), desk)
    actions.stamp(assignment=pk, step="acknowledged", actor=desk, at=later(20))
    assert refused(pk, make.actor("dispatcher"), 21) == "nothing_to_undo"
    with pytest.raises(NotAllowed):
        actions.undo(assignment=pk, actor=make.actor("analyst"), at=later(21))
    actions.undo(assignment=pk, actor=desk, at=later(22))
    assert refused(pk, desk, 23) == "nothing_to_undo"
    assert Incident.objects.get().state == "dispatched"


def test_what_others_did_since_is_not_taken_from_under_their_hands(desk: Actor) -> None:
    """The crew acknowledged; the incident changed; another unit was sent to it; the unit was sent elsewhere."""

    def acknowledge(pk: int, number: str) -> None:
        actions.stamp(assignment=pk, step="acknowledged", actor=make.actor("officer"), at=later(15))

    def raise_urgency(pk: int, number: str) -> None:
        triage.set_urgency(number=number, urgency=1, actor=desk, at=later(15))

    def send_another(pk: int, number: str) -> None:
        send(number, desk, "pump-1", 15)

    meanwhile: list[Callable[[int, str], None]] = [acknowledge, raise_urgency, send_another]
    for act in meanwhile:
        number = make.incident()
        pk = send(number, desk)
        act(pk, number)
        code = "nothing_to_undo" if act is acknowledge else "undo_overtaken"  # the last step is the crew's now
        assert refused(pk, desk, 16) == code, act.__name__
        for crew in Assignment.objects.open():
            make.stamp(crew.pk, "cleared", later(17))
    pk = send(make.incident(), desk, seconds=20)
    actions.stamp(assignment=pk, step="cleared", actor=desk, at=later(21))
    send(make.incident(), desk, seconds=22)
    assert refused(pk, desk, 23) == "undo_overtaken"


def test_a_unit_that_was_sent_while_the_undo_waited_keeps_the_incident(desk: Actor) -> None:
    """Whoever holds the incident's row just then is seen: what the undo looks at, it looks at after its lock."""
    number = make.incident()
    pk, sent = send(number, desk), list[int]()

    def meanwhile(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not sent and 'FROM "triage_incident"' in sql and "WHERE" in sql:
            sent.append(0)
            sent[:] = [send(number, make.actor("dispatcher"), "pump-1", 15)]
        return execute(sql, *more)

    with connection.execute_wrapper(meanwhile):
        assert refused(pk, desk, 16) == "undo_overtaken"
    assert sent


def test_the_last_of_two_units_goes_back_alone_and_then_the_first(desk: Actor) -> None:
    """The incident stays with the unit that is out; without any it is as before."""
    number = make.incident()
    first, second = send(number, desk), send(number, desk, "pump-1", 12)
    actions.undo(assignment=second, actor=desk, at=later(14))
    assert Incident.objects.get().state == "dispatched"
    actions.undo(assignment=first, actor=desk, at=later(16))
    assert Incident.objects.get().state == "new"


def test_a_later_stamp_makes_the_sending_stand(desk: Actor) -> None:
    """Taking back the stamp takes back nothing that the sending did."""
    pk = send(make.incident(), desk)
    actions.stamp(assignment=pk, step="acknowledged", actor=desk, at=later(12))
    actions.undo(assignment=pk, actor=desk, at=later(14))
    assert (Incident.objects.get().state, Assignment.objects.get().state) == ("dispatched", "dispatched")
    assert refused(pk, desk, 15) == "nothing_to_undo"


def test_the_incident_is_not_taken_back_without_the_unit(desk: Actor) -> None:
    """What follows from a sending is no act of its own."""
    number = make.incident()
    send(number, desk)
    with pytest.raises(Refused) as error:
        triage.undo(number=number, actor=desk, at=later(12))
    assert error.value.code == "nothing_to_undo"


def test_followers_wait_with_what_a_stamp_did_to_the_incident(desk: Actor) -> None:
    """What was taken back never reaches them."""
    seen: list[str] = []
    followers.follow("test.undo", ["triage.incident_resolved"])(lambda entry, position: seen.append(entry.subject))
    try:
        pk = send(make.incident(), desk)
        actions.resolve_on_scene(assignment=pk, disposal="done", actor=desk, at=later(20))
        with frozen(later(25)):
            followers.catch_up()
            actions.undo(assignment=pk, actor=desk, at=later(25))
        with frozen(later(60)):
            followers.catch_up()
        assert seen == []
    finally:
        del followers.FOLLOWERS["test.undo"]


def test_a_reporter_is_not_told_of_a_crew_that_was_not_there(desk: Actor) -> None:
    """The stamp of the scene is gone with the mistake."""
    pk = send(make.incident(), desk)
    actions.stamp(assignment=pk, step="on_scene", actor=desk, at=later(20))
    assert tell_of_crew(Report.objects.get(), later(21)).lines
    actions.undo(assignment=pk, actor=desk, at=later(25))
    assert not tell_of_crew(Report.objects.get(), later(26)).lines


def test_the_foot_of_the_console_holds_the_undo_of_whoever_looks(desk: Actor) -> None:
    """On every incident's page, with what was done and how long yet; its key takes it back. Nobody else has it."""
    number, other = make.incident(), make.incident(at=later(1))
    browser = make.browser(desk)
    with frozen(later(12)):
        send(number, desk)
        page = flat(browser.get(f"/console/{other}/"))
        assert 'data-key="z"' in page
        assert 'data-left-s="28"' in page
        assert 'data-key="z"' not in flat(make.browser(make.actor("dispatcher")).get(f"/console/{other}/"))
        pk = Assignment.objects.get().pk
        answer = browser.post(f"/console/{number}/act", {"verb": "stamp", "assignment": pk, "step": "undone"})
        assert answer.status_code == 302
        assert not Assignment.objects.exists()
        assert 'data-key="z"' not in flat(browser.get(f"/console/{other}/"))
        assert "Taken back: Unit sent" in flat(browser.get(f"/console/{number}/"))
    with frozen(later(50)):
        send(number, desk, seconds=15)
        assert 'data-key="z"' not in flat(browser.get(f"/console/{number}/"))
        told = {"verb": "stamp", "assignment": Assignment.objects.get().pk, "step": "undone"}
        assert browser.post(f"/console/{number}/act", told).status_code == 409


def test_a_crew_takes_back_its_own_stamp_on_its_page(desk: Actor) -> None:
    """The key stands at the foot, with the seconds; a stamp of the desk is not the crew's to take back."""
    pk = send(make.incident(), desk)
    crew = make.browser(make.actor("officer"))
    with frozen(later(20)):
        page = f"/assignments/{pk}/"
        assert 'data-key="z"' not in flat(crew.get(page))
        crew.post(f"{page}move", {"step": "acknowledged"})
        assert 'data-key="z"' in flat(crew.get(page))
        crew.post(f"{page}move", {"step": "undone"})
        assert Assignment.objects.get().state == "dispatched"
        assert 'data-key="z"' not in flat(crew.get(page))


def test_a_crew_reads_that_its_sending_was_taken_back(desk: Actor) -> None:
    """Its open page comes anew by itself and says so, with the way on; to another house it never was there."""
    pk = send(make.incident(), desk)
    crew, stranger = make.browser(make.actor("officer")), make.browser(make.actor("officer", at="drains"))
    page = f"/assignments/{pk}/"
    with frozen(later(20)):
        seen = crew.get(page).context["seen"]
        actions.undo(assignment=pk, actor=desk, at=later(20))
        news = crew.get(f"{page}news?seen={seen}")
        assert (news.status_code, news.headers.get("HX-Refresh")) == (204, "true")
        told = crew.get(page)
        assert (told.status_code, 'href="/assignments/"' in flat(told)) == (410, True)
        assert crew.post(f"{page}move", {"step": "acknowledged"}).status_code == 410
        assert stranger.get(page).status_code == 404
        assert "HX-Refresh" not in stranger.get(f"{page}news?seen={seen}").headers
