"""One year of a small town, through the pages that its people use: report to published figure, and down again."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from anlan.bulletin.figures.verification import verify as verify_issue
from anlan.bulletin.models import Issue
from anlan.core import jobs
from anlan.core.ledger.followers import catch_up, stopped
from anlan.core.ledger.verification import verify as verify_ledger
from anlan.core.models import City
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen
from anlan.dispatch.models import Assignment
from anlan.effect.models import Estimate
from anlan.intake.actions import erase_report
from anlan.intake.models import Report, ReportPersonal
from anlan.prevention.models import Problem, Task
from anlan.triage.models import Incident
from tests import make

pytestmark = pytest.mark.django_db
A, B = (119.95, 31.74), (119.97, 31.75)


def on(month: int, day: int, hour: int = 2, minute: int = 0, year: int = 2016) -> Any:
    """Hold the clock at a moment of the story (UTC)."""
    return frozen(dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC))


class People:
    """Everybody's browser."""

    def __init__(self) -> None:
        make.organisation("government", kind="government")
        posts = {"officer": "drains", "verifier": "government", "supervisor": "government", "publisher": "government",
                 "leader": "government"}  # fmt: skip
        for role in ("call_taker", "dispatcher", "analyst", "officer", "verifier", "supervisor", "publisher", "leader"):
            setattr(self, role, self._enter(role, posts.get(role, "control")))
        self.west, self.citizen = self._enter("officer", "west-office"), Client()

    def _enter(self, role: str, at: str) -> Client:
        browser = Client()
        browser.force_login(make.person(role, at=at))
        return browser


def ok(answer: Any) -> str:
    """Return a page that was shown, after whatever led to it."""
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def token(browser: Client, address: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', ok(browser.get(address)))
    assert found
    return found[1]


def picture() -> SimpleUploadedFile:
    upload = io.BytesIO()
    Image.new("RGB", (64, 48), "steelblue").save(upload, "JPEG")
    return SimpleUploadedFile("works.jpg", upload.getvalue(), "image/jpeg")


def test_the_whole_path_is_walked_by_its_people() -> None:
    """Report, incident, unit, site, problem, task, verified result, estimate, figure, record: each by who does it."""
    make.city()
    everybody_is_asked()
    people = People()
    a_wet_year_is_studied(people)
    with on(1, 4):
        told = {"since": "2016-01-01", "until": "2016-12-31",
                "measures": ["reports", "rain_tested", "satisfied_share", "incidents"]}  # fmt: skip
        ok(people.publisher.post("/bulletins/desk/plan", told, follow=True))
    problem = the_sites_are_pushed_and_mended(people)
    code = a_citizen_reports_and_is_helped(people)
    the_rain_tests_what_was_mended(people, problem)
    issue = the_year_is_judged_and_published(people)
    the_citizen_says_that_it_helped_and_is_erased(people, code, issue)
    assert not stopped()


def everybody_is_asked() -> None:
    here = City.objects.get()
    here.settings = json.dumps(json.loads(here.settings) | {"satisfaction_one_in": 1})
    here.save()


def a_wet_year_is_studied(people: Any) -> None:
    make.storms(2015, [A, B])
    asked = {"name": "2015", "since": "2015-01-01", "until": "2015-12-31", "categories": ["waterlogging"],
             "radius_m": "100", "min_episodes": "2", "episode_gap_h": "24", "min_reports": "3"}  # fmt: skip
    with on(1, 3):
        study = people.analyst.post("/studies/new", asked)["Location"]
        jobs.drain()
        ok(people.analyst.post(f"{study}adopt", follow=True))


def the_sites_are_pushed_and_mended(people: Any) -> str:
    with on(1, 13):
        study = re.search(r'name="study" value="(\d+)"', ok(people.analyst.get("/problems/new/")))
        assert study
        told = {"what": "sites", "study": study[1], "sites": ["1", "2"], "title": "2015 ponding",
                "addressee": "government", "silence_words": "none"}  # fmt: skip
        ok(people.analyst.post("/problems/new/", told, follow=True))
    number = Problem.objects.get(site__number=1).number
    instruction = {"reference": "常政办〔2016〕12号", "on": "2016-01-14", "supporting": []}
    with on(1, 14):
        ok(people.supervisor.post(f"/problems/{number}/instruct", instruction | {"lead": "west-office"}, follow=True))
    with on(1, 15):
        ok(people.west.post(f"/problems/{number}/return", {"reason": "Not our pipe"}, follow=True))
        ok(people.supervisor.post(f"/problems/{number}/instruct", instruction | {"lead": "drains"}, follow=True))
        ok(people.officer.post(f"/problems/{number}/sign_for", follow=True))
    with on(1, 18):
        plan = {"responsible": "Head of works", "organisation": "drains", "criterion": "DN 800 laid"}
        for kind, title, due in (("interim", "Pump on watch", "2016-02-01"), ("permanent", "New pipe", "2016-03-01")):
            told = plan | {"kind": kind, "title": title, "due_on": due}
            ok(people.officer.post(f"/problems/{number}/plan_tasks", told, follow=True))
        tasks = list(Task.objects.values_list("number", flat=True))
        ok(
            people.supervisor.post(
                "/lists/new/", {"tasks": tasks, "kind": "易涝点", "due_on": "2016-03-01"}, follow=True
            )
        )
        assert "L-2016-001" in ok(people.leader.get("/lists/?view=issued"))
    with on(2, 20):
        for task in tasks:
            ok(people.officer.post(f"/tasks/{task}/add_evidence", {"photo": picture(), "words": "done"}, follow=True))
            ok(people.officer.post(f"/tasks/{task}/finish", follow=True))
    with on(2, 22):
        ok(people.verifier.post(f"/tasks/{tasks[1]}/verify", {"passed": "no", "words": "joint leaks"}, follow=True))
        ok(people.verifier.post(f"/tasks/{tasks[0]}/verify", {"passed": "yes", "words": ""}, follow=True))
    with on(2, 25):
        told = {"photo": picture(), "words": "joint sealed"}
        ok(people.officer.post(f"/tasks/{tasks[1]}/add_evidence", told, follow=True))
        ok(people.officer.post(f"/tasks/{tasks[1]}/finish", follow=True))
        ok(people.verifier.post(f"/tasks/{tasks[1]}/verify", {"passed": "yes", "words": ""}, follow=True))
    assert Problem.objects.get(number=number).state == "accepted"
    return number


def a_citizen_reports_and_is_helped(people: Any) -> str:
    with on(5, 3, 1):
        told = {"token": token(people.citizen, "/report/"), "category": "waterlogging", "where": "清潭路加油站旁",
                "depth": "wheel", "words": "车过不去", "phone": "138 0000 0417"}  # fmt: skip
        page = ok(people.citizen.post("/report/", told, follow=True))
        code = re.search(r'id="code">([^<]+)<', page)
        assert code
    report = Report.objects.get(channel="web")
    with on(5, 3, 1, 2):
        call = {"token": token(people.call_taker, "/calls/new"), "what": "1", "where": "清潭路加油站"}
        ok(people.call_taker.post("/calls/new", call, follow=True))
        ok(people.call_taker.post(f"/incidents/for/{report.number}", {"incident": ""}, follow=True))
        number = Incident.objects.get().number
        second = Report.objects.get(channel="phone_110", received_at__year=2016)
        ok(people.call_taker.post(f"/incidents/for/{second.number}", {"incident": number}, follow=True))
    act = f"/incidents/{number}/act"
    with on(5, 3, 1, 5):
        ok(people.dispatcher.post(act, {"verb": "divert", "to": "west-office"}, follow=True))
        ok(people.west.post(act, {"verb": "return", "reason": "Not our road"}, follow=True))
        ok(people.dispatcher.post(act, {"verb": "hand_over", "to": "drains"}, follow=True))
        ok(people.officer.post(act, {"verb": "sign_for"}, follow=True))
        ok(people.officer.post(f"/incidents/{number}/send", {"unit": "pump-1"}, follow=True))
    crew = f"/assignments/{Assignment.objects.get().pk}/move"
    for minute, step in enumerate(("acknowledged", "en_route", "on_scene", "resolved", "field_feedback", "cleared"), 6):
        with on(5, 3, 1, minute):
            ok(people.officer.post(crew, {"step": step, "disposal": "done"}, follow=True))
    with on(5, 3, 2):
        ok(people.dispatcher.post(act, {"verb": "close", "disposal": "done"}, follow=True))
        page = ok(people.citizen.get(f"/track/{code[1].replace(' ', '')}/"))
    assert "Put right" in page
    assert "清潭路" not in page
    return code[1].replace(" ", "")


def the_rain_tests_what_was_mended(people: Any, number: str) -> None:
    with on(6, 29):
        storm = {"start": "2016-06-28T10:00", "end": "2016-06-28T16:00", "peak_mm_h": "60", "source": "gauge 3"}
        ok(people.supervisor.post("/storms/", storm, follow=True))
        ok(people.supervisor.post(f"/problems/{number}/strike_off", follow=True))
    one = Problem.objects.get(number=number)
    assert one.state == "struck_off"
    make.report(lon=one.lon, lat=one.lat, at=dt.datetime(2016, 9, 15, 4, tzinfo=dt.UTC))
    with on(9, 15, 5):
        catch_up()
        assert "Reopened" in ok(people.officer.get(f"/problems/?p={number}"))


def the_year_is_judged_and_published(people: Any) -> Issue:
    with on(1, 16, year=2017):
        study = Problem.objects.exclude(site=None)[0].analysis.study_id  # type: ignore[union-attr]
        told = {"study": study, "since": "2015-01-01", "until": "2016-12-30", "measure_at": "2016-03-01"}
        page = ok(people.analyst.post("/effect/new", told, follow=True))
    estimate = Estimate.objects.get()
    assert estimate.verdict == "not_separable"
    assert "V-2017-001" in page
    with on(1, 25, year=2017):
        told = {"plan": "BP-2016-01", "headline": "二〇一六年", "headline_en": "2016", "estimate": estimate.number}
        ok(people.publisher.post("/bulletins/desk/compose", told, follow=True))
        jobs.drain()
        issue = Issue.objects.get()
        assert issue.code in ok(people.citizen.get(f"/bulletins/{issue.number}/"))
        records = ok(people.analyst.get(f"/bulletins/{issue.number}/figures/rain_tested/"))
        assert Problem.objects.get(site__number=1).number in records
        assert "R-" not in ok(people.citizen.get(f"/bulletins/{issue.number}/figures/reports/"))
        ok(people.leader.get("/overview/?day=2016-05-03"))
    return issue


def the_citizen_says_that_it_helped_and_is_erased(people: Any, code: str, issue: Issue) -> None:
    with on(5, 5):
        page = ok(people.citizen.post(f"/track/{code}/helped", {"helped": "yes"}, follow=True))
        again = people.citizen.post(f"/track/{code}/helped", {"helped": "no"}, follow=True)
    assert "Thank" in page or "thank" in page
    assert again.status_code in {200, 409}
    report = Report.objects.get(channel="web")
    with on(1, 26, year=2017):
        before = [(one.measure, one.value_now) for one in verify_issue(issue).figures]
        erase_report(report_id=report.pk, reason="asked", actor=system("test"),
                     at=dt.datetime(2017, 1, 26, tzinfo=dt.UTC))  # fmt: skip
        found = verify_issue(issue)
    assert not ReportPersonal.objects.filter(report=report).exists()
    assert found.holds
    assert [(one.measure, one.value_now) for one in found.figures] == before
    assert verify_ledger().ok
