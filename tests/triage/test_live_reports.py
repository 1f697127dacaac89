"""What is said now reaches somebody: saving opens or links an incident, or the report waits in the queue."""

from __future__ import annotations

import datetime as dt
import importlib
import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.core.jobs import drain
from anlan.core.ledger.verbs import KeyReused
from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.people.actors import PUBLIC, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.core.web.matters import matters_of
from anlan.intake import live
from anlan.intake.actions import (
    add_to_report,
    escalate_unsorted,
    receive_report,
    set_validity,
    withdraw_report,
)
from anlan.intake.models import Category, Report
from anlan.intake.queries.unsorted import unsorted
from anlan.triage.actions import (
    link_report,
    open_incident,
    relink_report,
    send,
    take_report,
    take_reports,
    unlink_report,
)
from anlan.triage.models import Incident
from tests import make

AT, ME, MINUTE = make.AT, system("test"), dt.timedelta(minutes=1)
WET = {"channel": "phone_110", "category": "waterlogging", "lon": 119.97, "lat": 31.76}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town() -> None:
    make.city()
    Category.objects.filter(code="theft").update(urgency=1)


def take(*, at: dt.datetime = AT, actor: Any = ME, **values: Any) -> dict[str, Any]:
    return take_report(actor=actor, at=at, **(WET | values))


def waiting(at: dt.datetime = AT) -> list[str]:
    return [found.report.number for found in unsorted(ME, at)]


def runs(number: str) -> list[tuple[dt.datetime, dt.datetime | None]]:
    return list(ClockRun.objects.filter(rule__code="first_look", subject=f"report:{number}").order_by("pk")
                .values_list("started_at", "stopped_at"))  # fmt: skip


@pytest.mark.parametrize("category", ["theft", "home_violence"])
def test_saving_what_is_urgent_at_once_opens_its_incident(category: str) -> None:
    """In the same transaction, tied to the report's entry, and held by the control room; nothing is left to sort."""
    answer = take(category=category)
    incident = Incident.objects.get()
    assert (answer["incident"], incident.urgency, incident.owner.code) == (incident.number, 1, "control")
    opened = LedgerEntry.objects.get(kind="triage.incident_opened")
    assert json.loads(opened.payload)["report"] == answer["number"]
    assert opened.cause is not None
    assert opened.cause.subject == f"report:{answer['number']}"
    assert waiting() == []


def test_anything_else_waits_in_the_queue_under_a_clock_of_the_control_room() -> None:
    """The promise of the first look is that clock."""
    number = take()["number"]
    run = ClockRun.objects.running().get(subject=f"report:{number}")
    assert (run.rule.code, run.organisation.code if run.organisation else "") == ("first_look", "control")
    assert (run.started_at, run.due_at, waiting()) == (AT, AT + 15 * MINUTE, [number])


@pytest.mark.parametrize(
    "values",
    [{"channel": "import"}, {"received_at": AT - dt.timedelta(hours=25)}, {"past": True}, {"validity": "misdial"},
     {"validity": "nuisance"}],
    ids=str,
)  # fmt: skip
def test_what_is_history_or_carries_nothing_opens_nothing_and_waits_for_nobody(values: dict[str, Any]) -> None:
    """An imported list, what is typed in days later, a misdial: no incident, no clock."""
    receive_report(actor=ME, at=AT, **(WET | {"category": "theft"} | values))
    if "past" not in values:
        take(category="theft", **values)
    assert not Incident.objects.exists()
    assert not ClockRun.objects.exists()


def test_the_same_key_twice_opens_one() -> None:
    """Whoever lost the answer asks again; another body under the key is refused."""
    first, again = (take(category="theft", key="k", at=AT + n * MINUTE) for n in range(2))
    assert (first, Incident.objects.count(), Report.objects.count()) == (again, 1, 1)
    with pytest.raises(KeyReused):
        take(key="k")


def test_a_report_kept_under_its_key_by_an_earlier_version_is_not_doubled() -> None:
    """The key of receiving still answers, and what was left unopened is opened."""
    receive_report(actor=ME, at=AT, key="k", **(WET | {"category": "theft"}))
    assert take(category="theft", key="k")["incident"] == Incident.objects.get().number
    assert Report.objects.count() == 1


def test_the_public_and_partners_open_only_by_reporting() -> None:
    """The incident is opened by Anlan on their word: their own rights stay as they were."""
    answer = take(actor=PUBLIC, channel="web", category="home_violence")
    assert LedgerEntry.objects.get(kind="triage.incident_opened").actor == "system:live"
    free = take(actor=PUBLIC, channel="web")
    with pytest.raises(NotAllowed):
        open_incident(report_id=free["report_id"], actor=PUBLIC, at=AT)
    with pytest.raises(NotAllowed):
        take(actor=PUBLIC, channel="web", tells_of=answer["incident"])


def test_a_call_marked_as_telling_of_an_open_incident_is_linked_and_opens_none() -> None:
    """What was closed while somebody spoke opens its own all the same: the call is never lost."""
    number = take(category="theft")["incident"]
    told = take(category="theft", tells_of=number, at=AT + MINUTE)
    assert (told["incident"], Incident.objects.count(), waiting()) == (number, 1, [])
    Incident.objects.filter(number=number).update(state="closed", closed_at=AT)
    late = take(category="theft", tells_of=number, at=AT + 2 * MINUTE)
    assert (late["refused"], Incident.objects.count()) == ("closed_already", 2)
    assert take(tells_of="E-999999-0001")["incident"] is None
    assert len(waiting()) == 1


def test_the_desk_can_say_that_somebody_has_to_go_at_once() -> None:
    """Urgency told at the call opens as the category does; it cannot lower what the category says."""
    assert take(urgency=1)["incident"]
    assert take(urgency=2)["incident"] is None
    assert take(category="theft", urgency=3)["incident"]


def test_a_report_moves_to_another_incident_while_nothing_was_done_with_its_own() -> None:
    """The emptied one ends as known already; the report is in exactly one, at every moment."""
    known = take(category="theft")["incident"]
    told = take(category="theft", at=AT + MINUTE)
    relink_report(report_id=told["report_id"], instead=told["incident"], number=known, actor=ME, at=AT + 2 * MINUTE)
    emptied = Incident.objects.get(number=told["incident"])
    assert (emptied.state, emptied.disposal, emptied.links.filter(unlinked_at=None).count()) == (
        "closed",
        "repeat_of",
        0,
    )
    assert Incident.objects.get(number=known).links.filter(unlinked_at=None).count() == 2
    assert not ClockRun.objects.running().filter(subject=emptied.subject).exists()
    assert waiting() == []


def test_what_somebody_has_begun_with_is_not_closed_by_moving_its_report() -> None:
    """A unit was sent, another call linked: refused, and nothing moves."""
    known, own = (take(category="theft", at=AT + n * MINUTE) for n in range(2))
    send(number=own["incident"], actor=ME, at=AT + 2 * MINUTE)
    with pytest.raises(Refused) as error:
        relink_report(report_id=own["report_id"], instead=own["incident"], number=known["incident"], actor=ME, at=AT)
    assert error.value.code == "worked_on_already"
    assert Incident.objects.get(number=own["incident"]).links.get(unlinked_at=None).report_id == own["report_id"]


def test_sorting_ends_the_first_look_and_taking_away_begins_it_anew() -> None:
    """Linked, taken away, opened: one holder each time."""
    number = take(category="theft")["incident"]
    told = take(at=AT + MINUTE)
    link_report(number=number, report_id=told["report_id"], actor=ME, at=AT + 2 * MINUTE)
    assert waiting() == []
    unlink_report(number=number, report_id=told["report_id"], actor=ME, at=AT + 3 * MINUTE)
    assert waiting() == [told["number"]]
    open_incident(report_id=told["report_id"], actor=ME, at=AT + 4 * MINUTE)
    assert runs(told["number"]) == [(AT + MINUTE, AT + 2 * MINUTE), (AT + 3 * MINUTE, AT + 4 * MINUTE)]


def test_what_carries_nothing_leaves_the_queue_and_what_counts_again_comes_back() -> None:
    """Judged a misdial by mistake, it is found again; one that tells of an incident does not come back twice."""
    told, linked = take(), take(category="theft")
    for validity in ("misdial", "repeat"):
        for answer in (told, linked):
            set_validity(report_id=answer["report_id"], validity=validity, actor=ME, at=AT + MINUTE)
        assert waiting() == ([] if validity == "misdial" else [told["number"]])


@pytest.mark.parametrize("wrong", ["misdial", "nuisance"])
def test_what_is_urgent_at_once_and_counts_after_all_has_its_incident_opened(wrong: str) -> None:
    """Judged on the report's page or set back at the desk, the opening is decided as if it had been saved so."""
    answer = take(category="theft", validity=wrong)
    assert not Incident.objects.exists()
    set_validity(report_id=answer["report_id"], validity="valid", actor=ME, at=AT + MINUTE)
    incident = Incident.objects.get()
    assert (incident.urgency, incident.opened_at, waiting()) == (1, AT + MINUTE, [])
    for validity in (wrong, "valid"):
        set_validity(report_id=answer["report_id"], validity=validity, actor=ME, at=AT + 2 * MINUTE)
    assert (Incident.objects.count(), runs(answer["number"])) == (1, [])


def test_what_a_misdial_is_marked_as_telling_of_gets_no_link() -> None:
    """It carries nothing, so it tells of nothing; nor is anything opened."""
    known = take(category="theft")["incident"]
    told = take(category="theft", validity="misdial", tells_of=known, at=AT + MINUTE)
    assert (told["incident"], told["refused"], Incident.objects.count()) == (None, "", 1)
    assert Incident.objects.get().links.count() == 1


def test_who_takes_a_report_back_takes_it_from_the_queue_and_the_list_says_so(client: Client) -> None:
    """With what was added to it, it counts as sent by mistake, but the desk reads that it was withdrawn."""
    take(actor=PUBLIC, channel="web", place_words="x", tracking_code="7KQ4M2XD9TFWHB6R")
    add_to_report(tracking_code="7KQ4M2XD9TFWHB6R", words="x", actor=PUBLIC, at=AT + MINUTE)
    withdraw_report(tracking_code="7KQ4M2XD9TFWHB6R", actor=PUBLIC, at=AT + MINUTE)
    assert waiting() == []
    assert set(Report.objects.values_list("validity", flat=True)) == {"misdial"}
    make.sign_in(client, "call_taker")
    page = client.get("/reports/?list=all").content.decode()
    items = page[page.index('class="items"') :]
    assert "Withdrawn" in items
    assert "Misdial" not in items


def test_a_batch_of_a_partner_opens_what_is_urgent_and_queues_the_rest() -> None:
    """Repeated deliveries open nothing again."""
    rows = [WET | {"channel": "sensor", "source": "s", "source_id": str(n), "received_at": AT,
                   "category": "theft" if n % 2 else "waterlogging"} for n in range(6)]  # fmt: skip
    answer = take_reports(rows=rows, actor=ME, at=AT)
    assert (answer["accepted"], len(answer["incidents"]), len(waiting())) == (6, 3, 3)
    again = take_reports(rows=rows, actor=ME, at=AT + MINUTE)
    assert (again["repeated"], again["incidents"], Incident.objects.count(), len(waiting())) == (6, [], 3, 3)


def test_a_batch_asks_no_more_for_more_rows() -> None:
    """64 rows cost as many queries as four, from the door that opens what is urgent."""
    asked = []
    live.receive_many(rows=[WET | {"source": "warm", "source_id": "1", "received_at": AT}], actor=ME, at=AT)
    for many in (4, 64):
        rows = [WET | {"source": f"s{many}", "source_id": str(n), "received_at": AT} for n in range(many)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            live.receive_many(rows=rows, actor=ME, at=AT)
        asked.append(len(queries))
    assert asked[0] == asked[1], asked


def test_what_is_late_is_an_entry_once_and_waits_for_the_supervisor_too() -> None:
    """A minute after the promise, as the ladder of the city's clock says."""
    ClockRule.objects.filter(code="first_look").update(ladder="supervise:+1m")
    number, supervisor, taker = take()["number"], make.actor("supervisor"), make.actor("call_taker")

    def seen(actor: Any, minutes: float) -> list[str]:
        return [matter.number for matter in matters_of(actor, AT + minutes * MINUTE, ["intake"])]

    assert (seen(taker, 0), seen(supervisor, 15.5), seen(supervisor, 16)) == ([number], [], [number])
    for minutes, steps in ((15.5, 0), (16, 1), (17, 0)):
        assert escalate_unsorted(actor=ME, at=AT + minutes * MINUTE) == {"steps": steps}
    assert LedgerEntry.objects.get(kind="intake.report_escalated").subject == f"report:{number}"


def test_the_worker_comes_by_itself_when_a_promise_is_broken() -> None:
    """Saving asks for the look, within the minute after the step is due."""
    ClockRule.objects.filter(code="first_look").update(ladder="supervise:+1m")
    number = take(at=AT + dt.timedelta(seconds=20))["number"]
    with frozen(AT + 16 * MINUTE):
        drain()
    assert not LedgerEntry.objects.filter(kind="intake.report_escalated").exists()
    with frozen(AT + 17 * MINUTE):
        drain()
    assert LedgerEntry.objects.get(kind="intake.report_escalated").subject == f"report:{number}"


def test_the_queue_stands_on_the_console_and_first_in_intake(client: Client) -> None:
    """The oldest promise first, red when late, with what opens it; the console's news tells of a new one."""
    old, new = (take(at=AT + n * MINUTE)["number"] for n in range(2))
    make.sign_in(client, "dispatcher")
    with frozen(AT + 15.5 * MINUTE):
        console = client.get("/console/").content.decode()
        listed = client.get("/reports/").content.decode()
        rows = client.get("/console/news").json()["rows"]
    shown = re.findall(r'data-place="(R-[^"]+)" data-stands="(\w+)"', console)
    assert shown == [(old, "late"), (new, "waits")]
    assert rows == dict(shown)
    assert listed.index(old) < listed.index(new)
    assert "?list=unsorted" in listed


def test_a_report_is_opened_from_the_console_which_stays(client: Client) -> None:
    """One press, and the console shows its incident."""
    number = take()["number"]
    make.sign_in(client, "dispatcher")
    with frozen(AT + MINUTE):
        answer = client.post(f"/incidents/for/{number}", {"incident": "", "back": "console"})
    assert answer["Location"] == f"/console/{Incident.objects.get().number}/"
    assert waiting() == []


def test_the_queue_costs_the_console_a_bounded_number_of_queries(client: Client) -> None:
    """As many with thirty waiting as with three."""
    make.sign_in(client, "dispatcher")
    asked = []
    for many in (3, 27):
        for _ in range(many):
            take()
        with frozen(AT + MINUTE), CaptureQueriesContext(connection) as queries:
            client.get("/console/")
        asked.append(len(queries))
    assert asked[1] <= asked[0], asked  # the first one also reads the city


def test_the_desk_that_sorts_reads_where_it_is_and_what_it_says_and_the_ledger_says_so_once():
    """In place on the report's page while it waits; nobody else, and no more once it has its incident."""
    make.city()
    with frozen(AT):
        report = make.report(channel="web", category="danger_spot", words="a child at the window")
        page = f"/reports/{report.number}/"
        desk, other = (make.browser(make.actor(role)) for role in ("dispatcher", "analyst"))
        assert ["a child at the window" in who.get(page).content.decode() for who in (desk, desk, other)] == [
            True, True, False
        ]  # fmt: skip
        read = LedgerEntry.objects.filter(kind="intake.personal_read", subject=f"report:{report.number}")
        assert [json.loads(entry.payload)["queue"] for entry in read] == ["first_look"]
        make.incident(report)
        assert "a child at the window" not in desk.get(page).content.decode()


def test_an_upgrade_begins_the_first_look_at_what_the_last_day_left_unsorted() -> None:
    """Once, from now on, for what counts and tells of nothing; clocks by which it is found are on again."""
    old, new, opened = take(at=AT - 25 * 60 * MINUTE), take(), take(category="theft")
    take(validity="misdial")
    receive_report(actor=ME, at=AT, **(WET | {"channel": "import"}))
    ClockRun.objects.all().delete()
    ClockRule.objects.filter(code="first_look").update(active=False)
    begin = importlib.import_module("anlan.triage.migrations.0006_first_looks").begin_first_looks
    for _ in range(2):
        with frozen(AT + MINUTE):
            begin(apps, None)
    assert waiting() == [new["number"]]
    assert runs(new["number"]) == [(AT + MINUTE, None)]
    assert runs(old["number"]) == runs(opened["number"]) == []
    assert ClockRule.objects.get(code="first_look").active
