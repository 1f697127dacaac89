"""Address and words open in place to who has the incident in hand, and to nobody else: through HTTP, by role."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from anlan.core.ledger.writes import NotStored
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.dispatch.actions import open_in_hand, stamp
from anlan.intake.actions import erase_report
from anlan.intake.models import Report
from anlan.intake.tracking import first_looked_at
from anlan.triage import actions
from tests import make
from tests.flat import flat

AT = make.AT
ME = system("test")
PLACE, WORDS, PHONE = "New World building 7", "two children at the window", "13900000001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def call(**values) -> Report:
    """Return a report that says where and what, with a number to call back."""
    return make.report(**({"place_words": PLACE, "words": WORDS, "name": "Hu", "contact": PHONE} | values))


def openings() -> list[tuple[str, dict[str, object]]]:
    """Return whose words were opened, and for what."""
    entries = LedgerEntry.objects.filter(kind="intake.personal_read").order_by("id")
    return [(entry.subject, json.loads(entry.payload)) for entry in entries]


def shows(client, *addresses: str) -> list[bool]:
    """Return of each page whether the words stand on it; name and contact never do."""
    found = []
    for address in addresses:
        page = client.get(address).content.decode()
        assert PHONE not in page
        assert (PLACE in page) == (WORDS in page)
        found.append(WORDS in page)
    return found


@pytest.mark.parametrize("role", [Role.CALL_TAKER, Role.DISPATCHER, Role.SUPERVISOR])
def test_the_desk_reads_address_and_words_in_place_and_the_ledger_says_so_once(client, role):
    """On console, incident and assignment; redrawn ten times it is one entry that names the incident."""
    report = call()
    number = make.incident(report)
    pk = make.assignment(number)
    make.sign_in(client, role)
    for _ in range(3):
        assert all(shows(client, f"/console/{number}/", f"/incidents/{number}/", f"/assignments/{pk}/"))
    expected = {"fields": ["place_words", "words"], "purpose": "in_hand", "incident": number}
    assert openings() == [(f"report:{report.number}", expected)]


def test_each_person_and_each_report_linked_later_leaves_an_entry_of_its_own(client):
    """Two at the desk are two entries; one more report is one more for who looks again."""
    number = make.incident(call())
    for _ in range(2):
        make.sign_in(client, Role.DISPATCHER)
        assert shows(client, f"/console/{number}/") == [True]
    assert len(openings()) == 2
    second = call(words="third floor, " + WORDS)
    actions.link_report(number=number, report_id=second.pk, actor=ME, at=AT)
    assert "third floor" in client.get(f"/console/{number}/").content.decode()
    assert [subject for subject, _ in openings()][2:] == [f"report:{second.number}"]


def test_the_crew_reads_them_by_its_assignment_and_no_longer_than_it_lasts(client):
    """The entry names the assignment; free again, the words are closed, and another house never saw them."""
    number = make.incident(call())
    pk = make.assignment(number, unit="pump-1")
    make.sign_in(client, Role.OFFICER, at="west-office")
    assert client.get(f"/assignments/{pk}/").status_code == 404
    make.sign_in(client, Role.OFFICER, at="drains")
    assert shows(client, f"/assignments/{pk}/", f"/assignments/{pk}/") == [True, True]
    ((_subject, opening),) = openings()
    assert (opening["incident"], opening["assignment"]) == (number, pk)
    stamp(assignment=pk, step="cleared", actor=ME, at=AT)
    assert shows(client, f"/assignments/{pk}/") == [False]
    assert len(openings()) == 1


def test_two_assignments_are_two_entries(client):
    """Whoever comes a second time reads them for that assignment; on the first one's page they stay closed."""
    number = make.incident(call())
    first = make.assignment(number, unit="pump-1")
    make.sign_in(client, Role.OFFICER, at="drains")
    assert shows(client, f"/assignments/{first}/") == [True]
    stamp(assignment=first, step="cleared", actor=ME, at=AT)
    second = make.assignment(number, unit="pump-1")
    assert shows(client, f"/assignments/{second}/", f"/assignments/{first}/") == [True, False]
    assert [payload["assignment"] for _, payload in openings()] == [first, second]


def test_who_was_handed_it_reads_them_while_it_is_open(client):
    """The holder's officers, before they sign and after; who had it before, and a closed one, show nothing."""
    number = make.incident(call(), to="drains")
    make.sign_in(client, Role.OFFICER, at="drains")
    assert shows(client, f"/incidents/{number}/", f"/console/{number}/") == [True, True]
    assert openings()[0][1] == {"fields": ["place_words", "words"], "purpose": "in_hand", "incident": number}
    actions.hand_over(number=number, to="west-office", actor=ME, at=AT)
    assert shows(client, f"/incidents/{number}/") == [False]
    assert len(openings()) == 1


def test_with_the_incident_closed_the_desk_too_has_a_closed_sheet(client):
    """Then only a stated purpose opens it, on the report."""
    number = make.incident(call())
    actions.close_incident(number=number, disposal="done", actor=ME, at=AT)
    make.sign_in(client, Role.DISPATCHER)
    assert shows(client, f"/console/{number}/", f"/incidents/{number}/") == [False, False]
    assert openings() == []


@pytest.mark.parametrize("category", ["waterlogging", "home_violence"])
@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEADER, Role.AUDITOR, Role.OPERATOR, Role.VERIFIER])
def test_who_only_looks_sees_nothing_new_and_leaves_no_entry(client, role, category):
    """Whatever their house, and whatever the matter."""
    number = make.incident(call(category=category))
    pk = make.assignment(number)
    make.sign_in(client, role)
    assert not any(shows(client, f"/console/{number}/", f"/incidents/{number}/", f"/assignments/{pk}/"))
    assert openings() == []


def test_a_desk_elsewhere_than_in_the_control_room_is_not_on_duty(client):
    """A dispatcher of another house sees the incident, as before, and no words."""
    number = make.incident(call())
    make.sign_in(client, Role.DISPATCHER, at="drains")
    assert shows(client, f"/console/{number}/") == [False]
    assert openings() == []


@pytest.mark.parametrize("address", ["/incidents/", "/units/", "/reports/", "/today/"])
def test_a_list_opens_nothing(client, address):
    """Only what was chosen is opened."""
    make.incident(call())
    make.sign_in(client, Role.DISPATCHER)
    assert shows(client, address) == [False]
    assert openings() == []


def test_erased_words_say_so_and_leave_no_entry(client):
    """What is gone is opened by nobody."""
    report = call()
    number = make.incident(report)
    erase_report(report_id=report.pk, reason="asked", actor=ME, at=AT)
    make.sign_in(client, Role.DISPATCHER)
    assert shows(client, f"/console/{number}/") == [False]
    assert "Is being erased" in flat(client.get(f"/console/{number}/"))
    make.cleared()
    assert "nobody can read it any more" in flat(client.get(f"/console/{number}/"))
    assert openings() == []


def test_words_read_in_place_count_as_the_first_look(client):
    """The citizen's page says that it was read, the report's history for what, and the auditor reads it there."""
    report = call(channel="web")
    number = make.incident(report)
    assert first_looked_at(report) is None
    make.sign_in(client, Role.DISPATCHER)
    client.get(f"/console/{number}/")
    assert first_looked_at(report) is not None
    make.sign_in(client, Role.AUDITOR)
    assert f"For the incident in hand {number}" in flat(client.get(f"/reports/{report.number}/"))


def test_its_photos_are_a_press_of_which_the_purpose_is_known(client):
    """The press opens words and photos, not whom to call back; that is opened for a purpose that is stated."""
    report = call(photos=[make.photo()])
    number = make.incident(report)
    make.sign_in(client, Role.DISPATCHER)
    assert "Open 1 photo" in flat(client.get(f"/console/{number}/"))
    page = client.post(f"/reports/{report.number}/open", {"purpose": "handle", "only": "words"}).content.decode()
    assert WORDS in page
    assert "/photo/" in page
    assert PHONE not in page
    assert openings()[-1][1] == {"fields": ["place_words", "words"], "purpose": "handle"}


def test_nobody_states_this_purpose_by_hand(client):
    """It is the work itself: on a report's page it is neither offered nor taken."""
    report = call()
    make.sign_in(client, Role.DISPATCHER)
    assert 'value="in_hand"' not in client.get(f"/reports/{report.number}/").content.decode()
    assert client.post(f"/reports/{report.number}/open", {"purpose": "in_hand"}).status_code == 422
    assert [said.get("queue") for _subject, said in openings()] == ["first_look"]  # of itself, to who sorts it


def test_where_nothing_can_be_written_down_nothing_is_opened_and_the_page_lives(client, monkeypatch):
    """The next move is there, and a line says why the words are not."""
    number = make.incident(call())

    def refuse(**_values):
        raise NotStored("full")

    monkeypatch.setattr("anlan.dispatch.in_hand.open_in_hand", refuse)
    make.sign_in(client, Role.DISPATCHER)
    assert shows(client, f"/console/{number}/") == [False]
    assert "cannot be opened now" in flat(client.get(f"/console/{number}/"))


@pytest.mark.parametrize(("role", "at"), [(Role.ANALYST, "control"), (Role.OFFICER, "west-office")])
def test_the_verb_asks_again_whose_work_it_is(role, at):
    """Whatever a caller claims: who has it not in hand opens nothing, nor does the desk once it is over."""
    report = call()
    number = make.incident(report)
    claimed = {"work": {"incident": number}, "report_ids": [report.pk], "at": AT}
    with pytest.raises(NotAllowed):
        open_in_hand(actor=make.actor(role, at=at), **claimed)
    actions.close_incident(number=number, disposal="done", actor=ME, at=AT)
    with pytest.raises(NotAllowed):
        open_in_hand(actor=make.actor(Role.DISPATCHER), **claimed)
    assert openings() == []
