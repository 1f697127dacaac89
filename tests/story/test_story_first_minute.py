"""The first minute: a fire with two children inside, from the ring to the last word of who reported it.

Nobody is lost between two pages: at each second every report has exactly one holder, and no outcome is there that
nobody chose.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from anlan.core import jobs
from anlan.core.ledger.followers import catch_up, stopped
from anlan.core.ledger.verification import verify as verify_ledger
from anlan.core.models import ClockRule, ClockRun, LedgerEntry
from anlan.core.time.clock import frozen
from anlan.dispatch.actions import give_unit
from anlan.dispatch.models import Assignment, Milestone
from anlan.intake.actions.first_look import ESCALATED
from anlan.intake.models import Category, Report
from anlan.triage.models import Incident, IncidentReport
from tests import make

pytestmark = pytest.mark.django_db
EVENING = dt.datetime(2016, 6, 28, 15, 0, tzinfo=dt.UTC)  # 23:00 in the city
WINDOW, STILL = "三楼窗口有小孩", "还有一个没出来"


def on(clock: str) -> Any:
    """Hold the clock at a moment of that evening, as the city reads it."""
    hour, minute, *second = map(int, clock.split(":"))
    return frozen(EVENING + dt.timedelta(hours=hour - 23, minutes=minute, seconds=(second or [0])[0]))


def moment(clock: str) -> dt.datetime:
    hour, minute, *second = map(int, clock.split(":"))
    return EVENING + dt.timedelta(hours=hour - 23, minutes=minute, seconds=(second or [0])[0])


def page(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return str(answer.content.decode())


def token(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found
    return found[1]


def press(browser: Client, address: str, expected: int = 302, **fields: Any) -> Any:
    answer = browser.post(address, fields)
    assert answer.status_code == expected, (address, answer.status_code, answer.content.decode()[:1500])
    return answer


def marks(html: str) -> dict[str, str]:
    """Return which key the console gives to which unit."""
    found = re.findall(r'name="unit"\s+value="([^"]+)"\s+data-key="(\d)"', html)
    return {key: unit for unit, key in found}


@pytest.fixture
def town() -> None:
    make.city()
    make.category("fire")
    Category.objects.filter(code="danger_spot").update(urgency=2, public=True)
    ClockRule.objects.filter(code="first_look").update(target_s=180, ladder="supervise:+1m")


@pytest.mark.usefixtures("town")
def test_a_fire_with_two_children_is_lost_by_nobody() -> None:
    """Story 01, but for its paper slip and the sheet of the shift change.

    Long because it is one evening.
    """
    wu, qian, zhou = (make.browser(make.person(role, username=name)) for role, name in
                      [("call_taker", "wu"), ("dispatcher", "qian"), ("dispatcher", "zhou")])  # fmt: skip
    chief, hu = make.browser(make.person("supervisor", username="chief")), Client()
    crew_login = make.person("officer", username="crew")
    give_unit(unit="mobile-1", person_id=crew_login.pk, actor=make.actor("operator"), at=moment("22:00"))
    crew = make.browser(crew_login)

    # Zhou's session ends: the page that looks whether it is still signed in is told so, and nothing is pressed by it
    zhou.logout()
    assert zhou.get("/ping").status_code in {302, 401, 403}

    # Wu types what she hears and saves, nothing else: the incident is there, on top, at once
    with on("22:58:10"):
        opened = token(page(wu, "/calls/new"))
    with on("22:58:30"):
        press(wu, "/calls/new", what="fire", where="新世界7幢", words="着火，孩子在里面", token=opened, began_s="0",
              **{"ask-child": "yes"})  # fmt: skip
    fire = Incident.objects.get()
    assert (fire.urgency, fire.owner.code, fire.state) == (1, "control", "new")
    assert Report.objects.get().answers == "child"

    # Qian sees it and has its units under her keys; one is taken before her key, and the key of the other stays
    with on("22:58:40"):
        assert f'data-place="{fire.number}"' in page(qian, "/console/")
        shown = page(qian, f"/console/{fire.number}/")
        assert "新世界7幢" in shown
        assert "着火，孩子在里面" in shown
        kept = re.search(r"kept=([^\"&]+)", shown)
        keys = marks(shown)
        assert kept
        assert set(keys.values()) >= {"mobile-1", "mobile-2"}
        first, second = (key for key, unit in keys.items() if unit in {"mobile-1", "mobile-2"})
        press(qian, f"/console/{fire.number}/act?kept={kept[1]}", verb="send", unit=keys[first], key="k1")
        again = marks(page(qian, f"/console/{fire.number}/?kept={kept[1]}"))
        assert again[second] == keys[second]
        assert first not in again
        press(qian, f"/console/{fire.number}/act?kept={kept[1]}", verb="send", unit=keys[second], key="k2")
    out = {found.unit.code: found for found in Assignment.objects.all()}
    heard = Milestone.objects.filter(assignment=out["mobile-1"], step="received").get()
    assert heard.at == moment("22:58:10")  # from the ring on, not from the saving

    # Hu reports from the public page, with a pin that is kilometres vague: it stands unsorted, on both pages
    with on("22:59"):
        form = token(page(hu, "/report/"))
        where = {"lon": "119.97", "lat": "31.76", "precision_m": "4685"}
        sent = press(hu, "/report/", category="danger_spot", words=WINDOW, token=form, **where)
        code = re.search(r'id="code">([^<]+)<', page(hu, sent["Location"]))
    assert code
    hers = Report.objects.exclude(category__code="fire").get()
    with on("23:00"):
        for address in ("/console/", "/reports/"):
            assert hers.number in page(qian, address)
        seen = page(qian, f"/reports/{hers.number}/")
        assert "300 m." not in seen
        assert "4,685" in seen

    # late: an entry, red on the page, and the chief has it on the first page
    with on("23:03:30"):
        jobs.drain()
        assert hers.number in page(chief, "/today/")
        assert LedgerEntry.objects.filter(kind=ESCALATED, subject=f"report:{hers.number}").count() == 1

        # the chief links it by its number and answers what the words say; the crew has the words at once
        number = fire.number
        press(chief, f"/incidents/for/{hers.number}", incident=number)
        press(chief, f"/incidents/for/{hers.number}/answers", answers=["trapped"])
        assert LedgerEntry.objects.filter(kind="triage.incident_questions_answered", subject=fire.subject).exists()
        assert WINDOW in page(crew, f"/assignments/{out['mobile-1'].pk}/")
        assert WINDOW in page(crew, f"/assignments/{out['mobile-1'].pk}/")
    assert json.loads(_by(crew_login, hers).payload)["assignment"] == out["mobile-1"].pk
    assert not ClockRun.objects.running().filter(subject=f"report:{hers.number}").exists()

    # Qian presses r by mistake: without a result nothing happens; a wrong one is taken back, and the crews go on
    act = f"/console/{fire.number}/act"
    with on("23:19"):
        press(qian, act, 409, verb="resolve", seen="dispatched")
        assert Incident.objects.get(pk=fire.pk).disposal == ""
        press(qian, act, verb="resolve", seen="dispatched", disposal="not_found")
    with on("23:19:20"):
        press(qian, act, verb="undo")
    fire.refresh_from_db()
    assert (fire.state, fire.disposal) == ("dispatched", "")
    assert LedgerEntry.objects.filter(kind="triage.incident_undone", subject=fire.subject).count() == 1
    assert Assignment.objects.open().filter(incident=fire).count() == 2

    # the crew resolves, with what came of it
    with on("23:31"):
        step = f"/assignments/{out['mobile-1'].pk}/move"
        press(crew, step, step="resolved", disposal="done")
        press(qian, act, verb="stamp", assignment=str(out["mobile-2"].pk), step="resolved", disposal="done")
    fire.refresh_from_db()
    assert fire.state == "resolved"

    # Hu: it is not put right. It is no repeat on a closed matter: it is open again, with two minutes for the room
    with on("23:33"):
        tracked = page(hu, f"/track/{code[1]}/")
        press(hu, f"/track/{code[1]}/not-right", words=STILL, token=token(tracked))
    fire.refresh_from_db()
    assert (fire.state, fire.owner.code) == ("reopened", "control")
    run = ClockRun.objects.running().get(subject=fire.subject, rule__code="reporter_objects")
    assert (run.due_at, run.organisation.code) == (moment("23:35"), "control")
    with on("23:33:30"):
        assert STILL in page(qian, f"/console/{fire.number}/")
        assert fire.number in page(qian, "/today/")

    assert not _without_one_holder(moment("22:58:30"), moment("23:34"))
    assert not _unchosen()
    catch_up()
    assert not stopped()
    assert verify_ledger().ok


def _by(person: Any, report: Report) -> LedgerEntry:
    entries = LedgerEntry.objects.filter(kind="intake.personal_read", subject=f"report:{report.number}")
    found = [entry for entry in entries if entry.actor == f"person:{person.pk}"]
    assert len(found) == 1, [entry.actor for entry in entries]
    return found[0]


def _without_one_holder(since: dt.datetime, until: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """Return the reports and seconds at which not exactly one holder had a report that counts."""
    links = list(IncidentReport.objects.values_list("report_id", "linked_at", "unlinked_at"))
    runs = list(ClockRun.objects.filter(rule__code="first_look", organisation__isnull=False))
    spans: dict[int, list[tuple[dt.datetime, dt.datetime | None]]] = {}
    for report in Report.objects.all():
        spans[report.pk] = [(begun, ended) for pk, begun, ended in links if pk == report.pk]
        spans[report.pk] += [
            (run.started_at, run.stopped_at) for run in runs if run.subject == f"report:{report.number}"
        ]
    found, at, reports = [], since, list(Report.objects.all())
    while at <= until:
        for report in reports:
            if report.entered_at <= at:
                held = sum(begun <= at and (ended is None or at < ended) for begun, ended in spans[report.pk])
                found += [(report.number, at)] if held != 1 else []
        at += dt.timedelta(seconds=1)
    return found


def _unchosen() -> list[LedgerEntry]:
    """Return the entries that give a matter a result that no person chose."""
    kinds = ("triage.incident_resolved", "triage.incident_closed")
    entries = LedgerEntry.objects.filter(kind__in=kinds)
    return [entry for entry in entries if not json.loads(entry.payload).get("disposal")]
