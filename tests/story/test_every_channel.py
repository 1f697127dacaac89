"""Nobody is lost between two pages: every report of every channel, category, validity and door has one holder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.channels import Channel
from anlan.intake.models import Category, Report
from anlan.intake.public.form_token import new_token
from anlan.intake.queries.unsorted import unsorted
from anlan.intake.states import COUNTED, Validity
from anlan.triage import actions
from anlan.triage.models import Incident, IncidentReport
from tests import make

AT, ME, SECOND = make.AT, system("test"), dt.timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town() -> None:
    make.city()
    Category.objects.filter(code__in=["theft", "danger_spot"]).update(urgency=1, public=True)


def at_the_desk(channel: str) -> Client:
    return make.browser(make.actor("call_taker"))


def anybody(channel: str) -> Client:
    return Client()


def a_partner(channel: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {make.partner(channel)[1]}"})


def by_the_desk(desk: Client, channel: str, category: str, validity: str) -> None:
    typed = {"channel": channel, "what": category, "validity": validity, "where": "清潭路加油站"}
    answer = desk.post("/calls/new", typed | {"token": new_token()})
    assert answer.status_code == 302, answer.content.decode()[:2000]


def by_the_public(public: Client, channel: str, category: str, validity: str) -> None:
    typed = {"category": category, "where": "清潭路加油站", "token": new_token()}
    assert public.post("/report/", typed).status_code == 302


def sent(partner: Client, path: str, body: str, kind: str) -> None:
    answer = partner.post(path, body, content_type=kind, headers={"Idempotency-Key": str(Report.objects.count())})
    assert answer.status_code in {200, 201}, answer.content


def told(channel: str, category: str, validity: str) -> dict[str, Any]:
    number = str(Report.objects.count())
    return {"category": category, "validity": validity, "place_words": "x", "source_id": number}


def by_a_partner(partner: Client, *said: str) -> None:
    sent(partner, "/api/reports", json.dumps(told(*said)), "application/json")


def by_a_batch(partner: Client, *said: str) -> None:
    sent(partner, "/api/reports/bulk", json.dumps(told(*said)) + "\n", "application/x-ndjson")


Door = Callable[[Client, str, str, str], None]
Who = Callable[[str], Client]
DOORS: list[tuple[Door, Who, list[str]]] = [
    (by_the_desk, at_the_desk, [str(channel) for channel in Channel.at_desk()]),
    (by_the_public, anybody, ["web"]),
    (by_a_partner, a_partner, [str(channel) for channel in Channel]),
    (by_a_batch, a_partner, [str(channel) for channel in Channel]),
]
WALKED = [(door, who, channel) for door, who, channels in DOORS for channel in channels]


def kinds(door: Door) -> Iterator[tuple[str, str]]:
    categories = Category.objects.filter(active=True)
    for category in categories.filter(public=True) if door is by_the_public else categories:
        yield from ((category.code, str(each)) for each in (["valid"] if door is by_the_public else Validity))


@pytest.mark.parametrize(("door", "who", "channel"), WALKED, ids=lambda each: getattr(each, "__name__", each))
def test_each_saved_report_is_opened_queued_or_carries_nothing(door: Door, who: Who, channel: str) -> None:
    """Over every category and validity; what waits has a clock and an owner, an imported list opens nothing."""
    walked, client = 0, who(channel)
    with frozen(AT):
        for category, validity in list(kinds(door)):
            door(client, channel, category, validity)
            walked += 1
    waits = {found.report.pk: found.run for found in unsorted(ME, AT, 500)}
    held = dict(IncidentReport.objects.filter(unlinked_at=None).values_list("report_id", "incident__owner__code"))
    assert Report.objects.count() == walked > 0
    for report in Report.objects.select_related("category"):
        lives = report.validity in COUNTED and channel != Channel.IMPORT
        assert (report.pk in waits) + (report.pk in held) == lives, report.__dict__
        if lives:
            urgent = report.category.urgency == 1 or report.category.exclusion_gate
            assert (report.pk in held) == urgent
            assert held.get(report.pk, "control") == "control"
            assert report.pk in held or waits[report.pk].organisation is not None


def played_day() -> dict[str, int]:
    """Play an hour of a desk: calls are saved, linked, taken away, judged, split, put elsewhere; return who is who."""
    pks: dict[str, int] = {}
    incidents: dict[str, str] = {}

    def take(name: str, second: int, category: str = "noise", **more: Any) -> None:
        answer = actions.take_report(
            channel="phone_110", category=category, lon=119.97, lat=31.76, actor=ME, at=AT + second * SECOND, **more
        )
        pks[name] = answer["report_id"]
        if answer["incident"]:
            incidents[name] = answer["incident"]

    def does(second: int, verb: Callable[..., Any], **what: Any) -> Any:
        return verb(**what, actor=ME, at=AT + second * SECOND)

    take("fire", 0, "theft")
    take("noise", 3)
    take("neighbour", 7, "theft")
    does(
        11, actions.relink_report, report_id=pks["neighbour"], instead=incidents["neighbour"], number=incidents["fire"]
    )
    take("third", 12, tells_of=incidents["fire"])
    take("slip", 13)
    does(17, actions.link_report, number=incidents["fire"], report_id=pks["noise"])
    does(23, actions.unlink_report, number=incidents["fire"], report_id=pks["noise"])
    does(29, set_validity, report_id=pks["slip"], validity="nuisance")
    does(31, set_validity, report_id=pks["slip"], validity="valid")
    does(37, actions.open_incident, report_id=pks["slip"])
    does(41, actions.split_incident, number=incidents["fire"], report_ids=[pks["third"]])
    does(43, actions.hand_over, number=incidents["fire"], to="drains")
    does(47, actions.return_incident, number=incidents["fire"], reason="x")
    does(53, actions.close_incident, number=incidents["fire"], disposal="done")
    return pks


def counted_at(report: Report, at: dt.datetime) -> bool:
    """Whether a report counted at a moment, as the ledger tells it."""
    entries = LedgerEntry.objects.filter(subject=f"report:{report.number}").order_by("id")
    validity = ""
    for entry in entries:
        if dt.datetime.fromisoformat(entry.at) <= at:
            said = json.loads(entry.payload)
            validity = said.get("validity", "valid") if entry.kind == "intake.report_received" else validity
            validity = said["to"] if entry.kind == "intake.validity_set" else validity
    return validity in COUNTED


def test_at_no_second_of_a_played_day_is_a_report_without_exactly_one_holder() -> None:
    """Second by second: in the queue under a clock with an owner, or in one incident with one."""
    played_day()
    reports = list(Report.objects.all())
    links = list(IncidentReport.objects.values_list("report_id", "linked_at", "unlinked_at"))
    runs = [
        (run.subject, run.started_at, run.stopped_at)
        for run in ClockRun.objects.filter(rule__code="first_look", organisation__isnull=False)
    ]
    looked = 0
    for second in range(60):
        at = AT + second * SECOND
        for report in reports:
            holders = sum(pk == report.pk and since <= at and (not to or at < to) for pk, since, to in links)
            holders += sum(name == f"report:{report.number}" and since <= at and (not to or at < to)
                           for name, since, to in runs)  # fmt: skip
            assert holders == counted_at(report, at), (report.number, second)
            looked += 1
    assert looked == 60 * 5
    assert Incident.objects.filter(owner=None).count() == 0
