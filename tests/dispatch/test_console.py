"""The dispatcher's console: what is most urgent first, one incident beside it, and its next move on one key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.core.models import ClockRun
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch import actions
from anlan.dispatch.models import Assignment, Milestone
from anlan.triage import actions as triage
from anlan.triage.models import Incident
from tests import make
from tests.flat import flat

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def later(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def listed(page: str) -> list[str]:
    """Return the numbers of the list's rows in their order."""
    return re.findall(r'<tr data-place="([^"]+)"', flat(page))


def press_next(client: Client, page: str, number: str) -> str:
    """Press the key n as the page has it and return the page that follows."""
    form = next(one for one in re.findall(r"<form.*?</form>", page, re.S) if 'data-key="n"' in one)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    told = {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}
    if 'name="disposal"' in form:
        told["disposal"] = "done"
    return client.post(f"/console/{number}/act", told, follow=True).content.decode()


def test_one_key_walks_an_incident_from_new_to_closed(client: Client) -> None:
    """Send, six stamps for the crew on the radio, close: the next move is always on the same key."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    for _ in range(8):
        page = press_next(client, page, number)
    assert Incident.objects.get().state == "closed"
    assert Assignment.objects.get().state == "cleared"
    assert 'data-key="n"' not in page


def test_the_key_of_the_next_move_asks_what_came_of_it(client: Client) -> None:
    """Nothing is chosen beforehand, on the console and on the crew's page; without it the move is refused there."""
    number = make.incident()
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)["assignment"]
    actions.stamp(assignment=pk, step="on_scene", actor=ME, at=later(1))
    client.force_login(make.person("dispatcher"))
    for path, act, sent in (
        (f"/console/{number}/", f"/console/{number}/act", {"verb": "stamp", "assignment": pk, "step": "resolved"}),
        (f"/assignments/{pk}/", f"/assignments/{pk}/move", {"step": "resolved"}),
    ):
        for page in (client.get(path), client.post(act, {**sent, "disposal": ""})):
            asked = flat(page).partition('<select id="outcome"')[2].partition("</select>")[0]
            assert "required" in asked
            assert '<option value="" selected>What came of it' in asked
            assert asked.count(" selected") == 1
        assert page.status_code == 409
        assert 'id="outcome_error" role="alert">Choose what came of it.' in flat(page)
        assert flat(page).count("Choose what came of it.") == 1
    assert 'data-key="n" data-asks="outcome"' in flat(client.get(f"/console/{number}/"))


def test_the_clock_that_is_due_first_stands_first(client: Client) -> None:
    """One that counts every second goes before one in working days, however late that is."""
    paper = make.incident()
    triage.resolve(number=paper, disposal="done", actor=ME, at=later(1))
    younger, older = make.incident(at=later(40)), make.incident(at=later(10))
    crew = make.incident(at=later(20))
    actions.dispatch_unit(number=crew, unit="mobile-1", actor=ME, at=later(25))  # a minute to react: due before them
    client.force_login(make.person("dispatcher"))
    with frozen(AT + dt.timedelta(days=40)):
        page = client.get("/console/").content.decode()
    assert listed(page) == [crew, older, younger, paper]
    assert "39 days" in page


def test_what_only_waits_to_be_closed_hides_nothing_that_goes_on(client: Client) -> None:
    """The paper of one that is over is due before that of one where a crew is at work, and stands behind it."""
    over, burning = make.incident(), make.incident(at=later(1))
    pk = actions.dispatch_unit(number=burning, unit="mobile-1", actor=ME, at=later(2))["assignment"]
    actions.stamp(assignment=pk, step="on_scene", actor=ME, at=later(3))
    triage.resolve(number=over, disposal="done", actor=ME, at=later(4))
    ClockRun.objects.running().exclude(subject=f"incident:{over}").filter(rule__counting="hours").delete()
    client.force_login(make.person("dispatcher"))
    assert listed(client.get("/console/").content.decode()) == [burning, over]


def test_filters_are_addresses_and_say_how_many(client: Client) -> None:
    """Another person who opens the link sees the same rows."""
    urgent, waiting, out = make.incident(), make.incident(at=later(1)), make.incident(at=later(2))
    triage.set_urgency(number=urgent, urgency=1, actor=ME, at=AT)
    actions.dispatch_unit(number=out, unit="mobile-1", actor=ME, at=later(3))
    client.force_login(make.person("dispatcher"))
    shown = {name: listed(client.get(f"/console/?show={name}").content.decode())
             for name in ("urgent", "nounit", "out", "nonsense")}  # fmt: skip
    assert shown == {"urgent": [urgent], "nounit": [urgent, waiting], "out": [out], "nonsense": [urgent, out, waiting]}
    assert 'Urgent<span class="num">1</span>' in flat(client.get("/console/"))


def test_a_filter_keeps_the_keys_of_the_chosen_one(client: Client) -> None:
    """Looking at other rows renumbers no unit under the hand."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    links = re.findall(r'href="(/console/[^"]+\?show=[^"]+)"', flat(page))
    assert links
    assert all(f"kept={number}:" in unescape(link) for link in links)


def test_a_skipped_stamp_is_a_dash_and_said_to_be_missing(client: Client) -> None:
    """The crew stamped the scene only: react and set out have no time, and the bar is empty."""
    number = make.incident()
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)["assignment"]
    actions.stamp(assignment=pk, step="on_scene", actor=ME, at=later(30))
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    faces = re.findall(r'<div class="clock [^"]*"[^>]*><small>([^<]+)</small><b>(?:<time[^>]*>)?([^<]+)', flat(page))
    assert ("React", "—") in faces
    assert ("Set out", "—") in faces
    assert ("End the danger", "0:30") in faces
    assert page.count("no stamp") == 2


def test_the_same_press_twice_counts_once_and_another_is_told(client: Client) -> None:
    """A key that bounced is the same press; a colleague's is refused in words, on the console as it stands."""
    number, other = make.incident(), make.incident(lon=119.95)
    client.force_login(make.person("dispatcher"))
    told = {"verb": "send", "unit": "mobile-1", "key": "a"}
    assert [client.post(f"/console/{number}/act", told).status_code for _ in range(2)] == [302, 302]
    assert Assignment.objects.count() == 1
    answer = client.post(f"/console/{other}/act", told | {"key": "b"})
    assert answer.status_code == 409
    assert f"to {number} at" in flat(answer)
    client.force_login(make.person("dispatcher"))
    assert client.post(f"/console/{number}/act", told | {"key": "c"}).status_code == 409


def test_what_a_colleague_handed_on_is_refused_in_words(client: Client) -> None:
    """The page was open while another organisation got it."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    triage.hand_over(number=number, to="drains", actor=ME, at=later(1))
    answer = client.post(f"/console/{number}/act", {"verb": "resolve", "disposal": "done"})
    assert answer.status_code == 409
    assert "another organisation holds it now" in answer.content.decode()


def test_who_only_looks_has_no_buttons_and_a_stranger_sees_nothing(client: Client) -> None:
    """An analyst reads; an officer of another house finds neither row nor incident."""
    number = make.incident()
    client.force_login(make.person("analyst"))
    page = client.get(f"/console/{number}/").content.decode()
    assert listed(page) == [number]
    assert 'name="verb" value="send"' not in flat(page).replace('value="send"><table', "")
    assert 'data-key="n"' not in page
    assert client.post(f"/console/{number}/act", {"verb": "send", "unit": "mobile-1"}).status_code == 403
    client.force_login(make.person("officer", at="west-office"))
    assert listed(client.get("/console/").content.decode()) == []
    assert client.get(f"/console/{number}/").status_code == 404
    assert client.post(f"/console/{number}/act", {"verb": "close"}).status_code == 404


def test_news_says_what_changed_and_changes_nothing(client: Client) -> None:
    """The page compares it with its own rows; they are replaced on the user's word only."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    before = client.get("/console/news").json()["rows"]
    assert f'data-stands="{before[number]}"' in client.get("/console/").content.decode()
    actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=later(3))
    after = client.get("/console/news").json()["rows"]
    assert after[number] != before[number]


def test_an_empty_console_says_what_to_do(client: Client) -> None:
    """Nothing is open; a filter without rows leads back to all."""
    client.force_login(make.person("dispatcher"))
    assert "No incident is open" in client.get("/console/").content.decode()
    assert "No open incident is of this kind" in client.get("/console/?show=late").content.decode()


def test_the_page_asks_as_much_for_twenty_incidents_as_for_one(client: Client) -> None:
    """A fixed number of questions, whatever is open."""
    first = make.incident()
    client.force_login(make.person("dispatcher"))
    client.get(f"/console/{first}/")  # what this process keeps is read once
    asked = [queries(client, f"/console/{first}/")]
    for n in range(19):
        make.incident(at=later(n), lon=119.93 + n / 400)
    asked.append(queries(client, f"/console/{first}/"))
    assert len(asked[0]) == len(asked[1]) <= 36
    assert len(queries(client, "/units/")) <= 10


@pytest.mark.only_on("sqlite")
def test_no_question_walks_a_table_that_grows(client: Client) -> None:
    """With millions of closed incidents each question is answered from an index over what is open."""
    number = make.incident()
    actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)
    client.force_login(make.person("dispatcher"))
    growing = "triage_incident|core_clockrun|dispatch_assignment|dispatch_milestone|core_ledgerentry|intake_report"
    walked = []
    for address in (f"/console/{number}/", "/console/", "/units/", "/incidents/"):
        for sql in queries(client, address):
            if sql.startswith("SELECT"):
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
                    plan = [row[3] for row in cursor.fetchall()]
                walked += [line for line in plan if re.match(rf"SCAN ({growing})\w*$", line)]
    assert not walked


def queries(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return [one["sql"] for one in captured.captured_queries]


def test_a_stamp_that_comes_twice_from_a_device_counts_once(client: Client) -> None:
    """The crew's form carries a key and the time of the press; the answer was lost and the device sends again."""
    number = make.incident()
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)["assignment"]
    client.force_login(make.person("officer", at="control"))
    page = client.get(f"/assignments/{pk}/").content.decode()
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key
    told = {"step": "acknowledged", "key": key[1], "device_at": later(20).isoformat()}
    assert [client.post(f"/assignments/{pk}/move", told).status_code for _ in range(3)] == [302, 302, 302]
    stamp = Milestone.objects.get(assignment=pk, step="acknowledged")
    assert (stamp.at, stamp.device_at) == (later(60), later(20))
    assert client.post(f"/assignments/{pk}/move", told | {"device_at": "nonsense"}).status_code == 409
    assert Milestone.objects.filter(assignment=pk, step="acknowledged").count() == 1


def test_what_one_crew_ended_is_resolved_once_the_others_are_free(client: Client) -> None:
    """The last one was not needed: the next move is to say what came of it, not to send somebody else."""
    number = make.incident()
    ended, spare = (
        actions.dispatch_unit(number=number, unit=unit, actor=ME, at=AT)["assignment"]
        for unit in ("mobile-1", "pump-1")
    )
    actions.resolve_on_scene(assignment=ended, disposal="done", actor=ME, at=later(1))
    for pk in (ended, spare):
        actions.stamp(assignment=pk, step="cleared", actor=ME, at=later(2))
    client.force_login(make.person("dispatcher"))
    page = press_next(client, client.get(f"/console/{number}/").content.decode(), number)
    assert Incident.objects.get().state == "resolved"
    press_next(client, page, number)
    assert Incident.objects.get().state == "closed"


@pytest.mark.parametrize("page", ["0", "99", "9" * 5000, "-1", "²", "x"])
def test_a_page_that_is_not_there_is_the_nearest_one(client: Client, page: str) -> None:
    """A list that became shorter is never shown as empty, and no number breaks it."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    answer = client.get("/console/", {"page": page})
    assert answer.status_code == 200
    assert listed(answer.content.decode()) == [number]
    assert client.post(f"/console/{number}/act", {"verb": "stamp", "assignment": "²"}).status_code == 404


def test_nobody_is_led_to_what_he_may_not_open(client: Client) -> None:
    """A crew's page names an incident of another house without a link; its holder sees others' crews likewise."""
    number = make.incident()
    pk = actions.dispatch_unit(number=number, unit="pump-1", actor=ME, at=AT)["assignment"]
    client.force_login(make.person("officer", at="drains"))
    page = client.get(f"/assignments/{pk}/").content.decode()
    assert number in page
    assert f"/incidents/{number}/" not in page
    assert "31.76" in page
    triage.hand_over(number=number, to="west-office", actor=ME, at=later(1))
    client.force_login(make.person("officer", at="west-office"))
    for address in (f"/console/{number}/", f"/incidents/{number}/"):
        page = client.get(address).content.decode()
        assert "Pump" in page
        assert f"/assignments/{pk}/" not in page


def test_without_a_place_no_unit_is_proposed(client: Client) -> None:
    """Nobody knows which one is near: the dispatcher chooses, and every free unit keeps its key."""
    number = make.incident(lon=None, lat=None, place_words="长虹路桥下")
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    assert 'data-key="n"' not in page
    assert 'data-key="1"' in page


def test_at_one_moment_the_timeline_keeps_the_order_of_things(client: Client) -> None:
    """Opened before a crew is sent, the danger ended before the incident is resolved."""
    number = make.incident()
    pk = actions.dispatch_unit(number=number, unit="mobile-1", actor=ME, at=AT)["assignment"]
    actions.resolve_on_scene(assignment=pk, disposal="done", actor=ME, at=AT)
    client.force_login(make.person("dispatcher"))
    told = [one["what"] for one in client.get(f"/console/{number}/").context["timeline"]]
    assert [one.split(": ")[-1] for one in told] == ["Resolved", "Danger ended", "Dispatched", "Unit sent", "Opened"]


def test_an_officer_without_incidents_is_told_what_will_stand_here(client: Client) -> None:
    """Others may be open: nothing is said of the city."""
    make.incident()
    client.force_login(make.person("officer", at="drains"))
    page = client.get("/console/").content.decode()
    assert "What is handed to your organisation appears here" in page
    assert "No incident is open" not in page


def test_a_crew_reads_where_to_go_while_it_is_out(client: Client) -> None:
    """Its house opens the report from the assignment's page until the unit is free again."""
    number = make.incident(place_words="长虹路桥下")
    pk = actions.dispatch_unit(number=number, unit="pump-1", actor=ME, at=AT)["assignment"]
    path = f"/reports/{report_of(number)}/"
    client.force_login(make.person("officer", at="drains"))
    assert path in client.get(f"/assignments/{pk}/").content.decode()
    assert "长虹路桥下" in client.post(f"{path}open", {"purpose": "handle"}).content.decode()
    actions.stamp(assignment=pk, step="cleared", actor=ME, at=later(9))
    assert client.get(path).status_code == 404
    assert path not in client.get(f"/assignments/{pk}/").content.decode()


def report_of(number: str) -> str:
    return str(Incident.objects.get(number=number).links.get().report.number)


def keys(page: str) -> dict[str, str]:
    """Return which unit each key sends."""
    found = re.findall(r'name="unit"\s+value="([^"]+)"\s+data-key="(\d)"', page)
    return {key: unit for unit, key in found}


def test_a_key_stays_with_its_unit_while_the_incident_is_chosen(client: Client) -> None:
    """Units that were sent lose their key and the others keep theirs; a new choice numbers them anew."""
    number = make.incident()
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    before = keys(page)
    action = unescape(re.findall(r'action="(/console/[^"]+/act[^"]*)"', page)[0])
    page = client.post(action, {"verb": "send", "unit": before["1"], "key": "a"}, follow=True).content.decode()
    assert keys(page) == {key: unit for key, unit in before.items() if key != "1"}
    assert keys(client.get(f"/console/{number}/").content.decode())["1"] == before["2"]


def test_a_unit_that_comes_free_gets_a_key_that_nobody_had(client: Client) -> None:
    """The list may grow between the look and the press; what was seen under a key is what the key sends."""
    number = make.incident()
    busy = make.assignment(unit="mobile-1")
    client.force_login(make.person("dispatcher"))
    page = client.get(f"/console/{number}/").content.decode()
    before = keys(page)
    assert "mobile-1" not in before.values()
    make.stamp(busy, "cleared", later(50))
    again = unescape(re.findall(r'href="(/console/[^"]+)" data-key="\."', flat(page))[0])
    after = keys(client.get(again).content.decode())
    assert after == before | {str(len(before) + 1): "mobile-1"}
    odd = f"/console/{number}/?kept={number}:nobody,,%00,mobile-1&kept=x"
    assert client.get(odd).status_code == 200
