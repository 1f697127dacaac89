"""The console of incidents as its people use it: through HTTP."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.core.models import ClockRun
from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.triage import actions
from anlan.triage.models import Incident
from tests import make
from tests.flat import flat

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()
    with frozen(AT + dt.timedelta(minutes=1)):
        yield


def press(client, number: str, verb: str, **values):
    return client.post(f"/incidents/{number}/act", {"verb": verb} | values, follow=True)


def test_a_call_taker_opens_an_incident_from_a_report(client):
    """One key on the report's page; a second press leads to the same incident."""
    report = make.report()
    make.sign_in(client, Role.CALL_TAKER)
    page = client.get(f"/reports/{report.number}/").content.decode()
    assert "Open an incident" in page
    for _ in range(2):
        answer = client.post(f"/incidents/for/{report.number}", {"incident": ""}, follow=True)
        assert "E-160628-0001" in answer.content.decode()
    assert Incident.objects.count() == 1


def test_a_report_near_an_open_incident_is_linked_to_it(client):
    """The page offers what is open within 300 m, with its distance, and nothing farther off."""
    number, far = make.incident(), make.incident(lat=31.78)
    report = make.report(lon=119.971)
    make.sign_in(client, Role.CALL_TAKER)
    page = client.get(f"/reports/{report.number}/").content.decode()
    assert number in page
    assert far not in page
    client.post(f"/incidents/for/{report.number}", {"incident": number})
    assert Incident.objects.get(number=number).links.count() == 2


def test_it_goes_to_an_organisation_and_back_and_on_to_its_end(client):
    """Desk hands over; the officer finds it in the inbox, signs, resolves; the desk closes."""
    number = make.incident()
    make.sign_in(client, Role.DISPATCHER)
    assert "Handed over" in press(client, number, "hand_over", to="drains").content.decode()
    make.sign_in(client, Role.OFFICER, at="drains")
    assert number in client.get("/incidents/").content.decode()
    assert "Signed for" in press(client, number, "sign_for").content.decode()
    press(client, number, "resolve", disposal="done")
    make.sign_in(client, Role.DISPATCHER)
    assert "Put right" in press(client, number, "close", disposal="done").content.decode()
    assert Incident.objects.get(number=number).state == "closed"


def test_to_whom_it_goes_is_chosen_by_somebody(client):
    """The first of the alphabet is nobody's choice: h and Enter hand nothing over."""
    number = make.incident()
    make.sign_in(client, Role.DISPATCHER)
    page = flat(client.get(f"/incidents/{number}/"))
    asked = page.partition('<select id="to"')[2].partition("</select>")[0]
    assert "required" in asked.partition(">")[0]
    assert asked.partition('<option value="')[2].startswith('"')
    answer = press(client, number, "hand_over", to="")
    assert (answer.status_code, Incident.objects.get().state) == (409, "new")


def test_the_second_who_presses_is_told_and_sees_how_it_stands(client):
    """409 with what happened, and the page as it is now; nothing is changed."""
    number = make.incident()
    actions.hand_over(number=number, to="drains", actor=ME, at=AT)
    actions.sign_for(number=number, actor=ME, at=AT)
    make.sign_in(client, Role.OFFICER, at="drains")
    answer = press(client, number, "sign_for")
    assert answer.status_code == 409
    assert "Somebody was quicker" in answer.content.decode()


def test_violence_at_home_is_not_offered_for_diversion_and_refused_all_the_same(client):
    """No button; the request made by hand is refused with the reason."""
    number = make.incident(category="home_violence")
    make.sign_in(client, Role.DISPATCHER)
    page = client.get(f"/incidents/{number}/").content.decode()
    assert 'value="divert"' not in page
    assert "never diverted" in page
    answer = press(client, number, "divert", to="drains")
    assert answer.status_code == 409
    assert "danger to life" in answer.content.decode()


def test_an_officer_sees_only_what_the_organisation_holds_or_held(client):
    """Another organisation's incident is as if it were not there."""
    number = make.incident()
    make.sign_in(client, Role.OFFICER, at="west-office")
    assert client.get(f"/incidents/{number}/").status_code == 404
    assert client.post(f"/incidents/{number}/act", {"verb": "sign_for"}).status_code == 404
    assert number not in client.get("/incidents/?list=open").content.decode()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEADER, Role.AUDITOR])
def test_who_only_looks_has_no_buttons_and_no_moves(client, role):
    """The page is shown; a move made by hand is forbidden."""
    number = make.incident()
    make.sign_in(client, role)
    page = client.get(f"/incidents/{number}/")
    assert page.status_code == 200
    assert 'name="verb"' not in page.content.decode()
    assert client.post(f"/incidents/{number}/act", {"verb": "close"}).status_code == 403


def test_a_deadline_that_has_passed_is_shown_as_late(client):
    """The list and the incident say since when."""
    number = make.incident()
    make.sign_in(client, Role.DISPATCHER)
    assert "by " in client.get(f"/incidents/{number}/").content.decode()
    with frozen(AT + dt.timedelta(hours=1)):
        assert "late since" in client.get("/incidents/").content.decode()


def test_an_empty_list_says_what_to_do(client):
    """In both lists, in both languages."""
    make.sign_in(client, Role.OFFICER, at="drains")
    assert "Nothing waits for you" in client.get("/incidents/").content.decode()
    page = client.get("/incidents/?list=closed", headers={"accept-language": "zh-CN"}).content.decode()
    assert "这里没有事件" in page


def test_the_map_gets_the_points_of_the_list(client):
    """Numbers, places and addresses; nothing about callers."""
    number = make.incident()
    make.sign_in(client, Role.DISPATCHER)
    feature = client.get("/incidents/points.geojson?list=open").json()["features"][0]
    assert feature["properties"] == {"number": number, "href": f"/incidents/{number}/"}


def test_the_reporter_reads_what_became_of_it(client):
    """Received, dealt with, taken on by whom, closed with its result; no inner number, no address."""
    code = "7KQ4M2XD9TFWHB6R"
    report = make.report(tracking_code=code)
    number = actions.open_incident(report_id=report.pk, actor=ME, at=AT)["incident"]
    page = client.get(f"/track/{code}/").content.decode()
    assert "We are dealing with it" in page
    actions.hand_over(number=number, to="drains", actor=ME, at=AT)
    actions.sign_for(number=number, actor=ME, at=AT)
    actions.resolve(number=number, disposal="done", actor=ME, at=AT)
    actions.close_incident(number=number, actor=ME, at=AT)
    page = client.get(f"/track/{code}/").content.decode()
    assert "This matter is closed" in page
    assert "Put right" in page
    assert number not in page


def test_the_list_asks_the_database_a_fixed_number_of_times(client, django_assert_max_num_queries):
    """Whatever the number of incidents."""
    for n in range(12):
        make.incident(lon=119.92 + n / 200)
    make.sign_in(client, Role.DISPATCHER)
    with django_assert_max_num_queries(10):
        client.get("/incidents/?list=open")


def test_the_desk_sees_open_incidents_while_it_types_and_links_what_it_saved(client):
    """Near the pin, with metres; after saving one key links the call to it or opens another."""
    number = make.incident()
    make.sign_in(client, Role.CALL_TAKER)
    near = client.post("/calls/near", {"what": "1", "lon": "119.9702", "lat": "31.7601"}).content.decode()
    assert "Open incidents near this call" in near
    assert number in near
    assert "Open incidents" not in client.post("/calls/near", {"what": "1", "where": "x"}).content.decode()
    report = make.report(lon=119.9702, lat=31.7601, channel="phone_110")
    page = client.get(f"/calls/new?saved={report.number}").content.decode()
    assert number in page
    assert "Tells of this" in page
    client.post(f"/incidents/for/{report.number}", {"incident": number})
    assert Incident.objects.get(number=number).links.count() == 2


def test_a_report_without_a_point_does_not_say_that_nothing_is_near(client):
    """What is near it is unknown, not none."""
    report = make.report(lon=None, lat=None, place_words="清潭路下穿通道")
    make.sign_in(client, Role.DISPATCHER)
    assert "The report has no point" in client.get(f"/reports/{report.number}/").content.decode()


def test_a_deadline_far_away_does_not_look_due_soon(client):
    """The list and the incident mark it as the console does: in time until four fifths are gone, then due soon."""
    with frozen(AT):
        number = actions.open_incident(report_id=make.report().pk, actor=ME, at=AT)["incident"]
    make.sign_in(client, Role.DISPATCHER)
    run = ClockRun.objects.running().get()
    for share, mark in ((0.5, "calm"), (0.9, "warn"), (1.1, "late")):
        with frozen(AT + share * (run.due_at - AT)):
            assert f'<span class="state plain {mark}">' in client.get(f"/incidents/{number}/").content.decode()


def test_a_call_without_a_pin_finds_the_incident_of_calls_alike_in_words(client):
    """While it is typed and once it is saved; the desk stays where it is, and reads what the call tells of."""
    first = make.report(lon=None, lat=None, place_words="清潭路下穿通道北口", at=AT - dt.timedelta(minutes=9))
    number = actions.open_incident(report_id=first.pk, actor=ME, at=AT)["incident"]
    make.sign_in(client, Role.CALL_TAKER)
    near = client.post("/calls/near", {"what": "1", "where": "清潭路下穿通道"}).content.decode()
    assert number in near
    assert "place words alike" in near
    report = make.report(lon=None, lat=None, place_words="清潭路下穿通道", channel="phone_110")
    page = flat(client.get(f"/calls/new?saved={report.number}"))
    assert f'value="{number}" data-press="F2"' in page
    answer = client.post(f"/incidents/for/{report.number}", {"incident": number, "back": "call"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/calls/new?channel=phone_110&saved={report.number}"
    page = answer.content.decode()
    assert f"/incidents/{number}/" in page
    assert "data-press" not in page
    closed = client.post(f"/incidents/for/{report.number}", {"incident": "", "back": "call"}, follow=True)
    assert f"/incidents/{number}/" in closed.content.decode()


def test_a_report_that_was_taken_away_opens_an_incident_again(client):
    """For the same person too: the press is new, though the report is the one of before."""
    number, report = make.incident(), make.report(lon=119.971)
    make.sign_in(client, Role.CALL_TAKER)
    path = f"/incidents/for/{report.number}"
    first = client.post(path, {"incident": ""}).headers["Location"]
    other = make.report(lon=119.972)
    actions.link_report(number=first.split("/")[-2], report_id=other.pk, actor=ME, at=AT)
    actions.unlink_report(number=first.split("/")[-2], report_id=report.pk, actor=ME, at=AT)
    second = client.post(path, {"incident": ""}).headers["Location"]
    assert second not in {first, f"/incidents/{number}/"}
    assert report.links.get(unlinked_at=None).incident.number in second


def test_a_report_that_is_linked_twice_leads_to_its_incident(client):
    """The second press says no more than the first."""
    number, report = make.incident(), make.report(lon=119.971)
    make.sign_in(client, Role.CALL_TAKER)
    for _ in range(2):
        answer = client.post(f"/incidents/for/{report.number}", {"incident": number})
        assert answer.headers["Location"] == f"/incidents/{number}/"
    assert report.links.count() == 1


def test_why_an_incident_was_reopened_stands_on_its_page(client):
    """The reason that was asked for is shown to who acts on it."""
    number = make.incident()
    actions.close_incident(number=number, disposal="not_found", actor=ME, at=AT)
    make.sign_in(client, Role.DISPATCHER)
    page = press(client, number, "reopen", reason="The caller rang again", seen="closed").content.decode()
    assert "The caller rang again" in page


def test_closed_incidents_say_when_they_were_closed(client):
    """The list is in that order, so that is the time that it shows."""
    numbers = [make.incident(), make.incident(lon=119.98)]
    for n, number in enumerate(reversed(numbers)):
        at = AT + dt.timedelta(minutes=10 * n + 10)
        actions.close_incident(number=number, disposal="done", actor=ME, at=at)
    make.sign_in(client, Role.DISPATCHER)
    page = client.get("/incidents/?list=closed").content.decode()
    assert page.index(numbers[0]) < page.index("14:20") < page.index(numbers[1]) < page.index("14:10")


def test_a_call_that_cannot_be_linked_any_more_says_so_at_the_desk(client):
    """The incident was closed while the call-taker read: the saved call stands there with the other ways."""
    number, report = make.incident(), make.report(lon=119.971)
    actions.close_incident(number=number, disposal="done", actor=ME, at=AT)
    make.sign_in(client, Role.CALL_TAKER)
    page = client.post(f"/incidents/for/{report.number}", {"incident": number, "back": "call"}, follow=True)
    told = page.content.decode()
    assert page.status_code == 200
    assert "It was closed meanwhile" in told
    assert "Open an incident" in told
    assert not report.links.exists()


def test_who_holds_an_incident_reads_its_reports_while_it_is_open(client):
    """The officer can act on the words, for a purpose and with an entry; before, elsewhere and afterwards not."""
    number = make.incident(words="井盖没了")
    report = Incident.objects.get(number=number).links.get().report
    path, told = f"/reports/{report.number}/", {"purpose": "handle"}
    make.sign_in(client, Role.OFFICER, at="drains")
    assert client.get(path).status_code == 404
    actions.hand_over(number=number, to="drains", actor=ME, at=AT)
    assert path in client.get(f"/incidents/{number}/").content.decode()
    assert "井盖没了" in client.post(f"{path}open", told).content.decode()
    client.force_login(make.person(Role.OFFICER, username="west", at="west-office"))
    assert client.get(path).status_code == 404
    drains = make.actor(Role.OFFICER, at="drains")
    actions.sign_for(number=number, actor=drains, at=AT)
    actions.resolve(number=number, disposal="done", actor=drains, at=AT)
    actions.close_incident(number=number, actor=ME, at=AT)
    make.sign_in(client, Role.OFFICER, at="drains")
    assert client.post(f"{path}open", told).status_code == 404
    page = client.get(f"/incidents/{number}/").content.decode()
    assert report.number in page
    assert path not in page


def test_a_diversion_is_told_as_one_and_a_hand_over_as_one(client):
    """What was diverted is no mere hand-over: the history tells them apart."""
    number = make.incident()
    make.sign_in(client, Role.DISPATCHER)
    page = press(client, number, "divert", to="drains").content.decode()
    assert "Diverted to Drainage office" in page
    assert "Handed over to" not in page
    other = make.incident()
    page = press(client, other, "hand_over", to="drains").content.decode()
    assert "Handed over to Drainage office" in page
    assert "Diverted to" not in page


def test_the_history_says_why(client):
    """Why it was returned, decided and reopened stands at its line."""
    number = make.incident(to="drains")
    make.sign_in(client, Role.OFFICER, at="drains")
    page = flat(press(client, number, "return", reason="No pipe of ours"))
    assert "Returned by Drainage office</b><br><span>No pipe of ours</span>" in page
    make.sign_in(client, Role.DISPATCHER)
    press(client, number, "close", disposal="done")
    page = flat(press(client, number, "reopen", reason="It rose again"))
    assert "Reopened</b><br><span>It rose again</span>" in page
    assert page.count("No pipe of ours") == 2  # in the history and in the table of hand-overs
