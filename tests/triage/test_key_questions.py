"""What a call is asked, because a yes changes how soon somebody has to go."""

from __future__ import annotations

import json
import re

import pytest
from django.db.models import QuerySet
from django.test import Client

from anlan.core.city.folder import CityFolderError
from anlan.core.ledger.verification import verify
from anlan.core.models import ClockRun, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.actions import add_to_report
from anlan.intake.city_parts import load_questions
from anlan.intake.models import Answer, KeyQuestion, Report
from anlan.intake.models.received import differing, stated
from anlan.intake.queries.questions import answered_in, asked
from anlan.triage import actions, rules
from anlan.triage.actions import kin
from anlan.triage.models import Incident
from tests import make

AT = make.AT
ME = system("test")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def urgency(number: str) -> int:
    return Incident.objects.get(number=number).urgency


@pytest.mark.parametrize(
    ("told", "of_category", "gate", "answered", "then"),
    [(3, 3, False, [], 3), (3, 3, False, [1], 1), (3, 3, False, [2], 2), (2, 3, False, [2, 1], 1),
     (3, 1, False, [2], 1), (3, 3, True, [2], 1)],
)  # fmt: skip
def test_an_answer_raises_and_never_lowers(told, of_category, gate, answered, then):
    """What was typed, the category, the gate and each answer: the most urgent of them holds."""
    assert rules.urgency_at_call(told, of_category, gate, answered) == then


def test_a_city_without_questions_of_its_own_asks_those_that_are_shipped():
    """Weapon, injured, child, trapped and whether it goes on: there from the first day."""
    assert set(KeyQuestion.objects.values_list("code", flat=True)) == {
        "weapon", "injured", "child", "trapped", "going_on"
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["Child,有儿童吗,Child?,有儿童,Child,1,,1", "child,x,y,x,y,3,,1", "child,x,y,x,y,1,,first"],
)
def test_a_question_that_cannot_be_asked_is_refused_with_its_line(tmp_path, line):
    """A code as reports keep it, an urgency that is one to raise to, a number to sort by."""
    own = tmp_path / "key_questions.csv"
    own.write_text(f"code,name,name_en,yes,yes_en,urgency,scope,sort\n{line}\n", encoding="utf-8")
    with pytest.raises(CityFolderError, match=r"key_questions\.csv:2"):
        load_questions(tmp_path, make.city())


def test_a_city_asks_its_own(tmp_path):
    """What its file does not have is asked no more, and stays on the reports that answered it."""
    report, own = make.report(answers=["child"]), tmp_path / "key_questions.csv"
    header = "code,name,name_en,yes,yes_en,urgency,scope,sort"
    own.write_text(f"{header}\nrising,水还在涨吗,Is it rising?,水在涨,Rising,1,flooding,1\n", encoding="utf-8")
    load_questions(tmp_path, make.city())
    assert [question.code for question in asked()] == ["rising"]
    assert [question.code for question in answered_in([report])] == ["child"]


def test_a_citizen_ticks_what_is_so():
    """A box left empty says nothing; a ticked one is evidence like the desk's."""
    citizen = Client()
    with frozen(AT):
        token = re.search(r'name="token" value="([^"]+)"', citizen.get("/report/").content.decode())
        sent = {"token": token[1], "category": "waterlogging", "where": "桥下", "answers": ["trapped", "made-up"]}
        assert citizen.post("/report/", sent).status_code == 302
    assert Report.objects.get().answers == "trapped"


def test_what_was_answered_stays_on_the_report_and_in_its_entry():
    """As codes, in the city's order; a report of which nothing was asked carries nothing of it."""
    report = make.report(answers=["trapped", "child"])
    entry = json.loads(LedgerEntry.objects.get(subject=f"report:{report.number}").payload)
    stored = Report.objects.values().get(pk=report.pk) | {"category": report.category.code}
    row = {name: column[0] for name, column in stated({name: [value] for name, value in stored.items()}).items()}
    assert (report.answers, differing(entry, row)) == ("child trapped", [])
    assert differing(entry, row | {"answers": "child"}) == ["answers"]
    assert make.report(source_id="plain").answers == ""
    with pytest.raises(Refused) as error:
        make.report(source_id="odd", answers=["height"])
    assert error.value.code == "unknown_question"


def test_an_incident_opens_as_urgent_as_its_answers_say():
    """A blocked drain with a child in it is no matter for next week; nor is what the call-taker set."""
    assert urgency(make.incident(category="blocked_drain")) == 3
    assert urgency(make.incident(category="blocked_drain", source_id="2", answers=["child"])) == 1
    assert urgency(make.incident(category="blocked_drain", source_id="3", urgency=2)) == 2


def test_a_linked_report_raises_by_its_answers_one_by_one_and_in_bulk():
    """The neighbour who sees a child in the window, linked later, makes it at once."""
    number = make.incident(category="blocked_drain")
    told = make.report(category="blocked_drain", source_id="2", answers=["child"])
    actions.link_report(number=number, report_id=told.pk, actor=ME, at=AT)
    first, second = (make.report(category="blocked_drain", source_id=each, answers=said)
                     for each, said in (("3", []), ("4", ["trapped"])))  # fmt: skip
    row = {"reports": [(first.pk, AT), (second.pk, AT)]}
    bulk = actions.open_incidents(rows=[row], actor=ME, at=AT)["incidents"][0]
    assert (urgency(number), urgency(bulk)) == (1, 1)


def test_the_desk_answers_later_on_the_incidents_page():
    """Asked back, the caller says that somebody is injured: at once, an entry each, and no answer lowers it again."""
    number = make.incident(category="blocked_drain")
    report, desk = Report.objects.get(), make.browser(make.person("dispatcher"))
    with frozen(AT):
        sent = {"answers": ["injured"], "from": "incident"}
        answer = desk.post(f"/incidents/for/{report.number}/answers", sent)
        again = desk.post(f"/incidents/for/{report.number}/answers", sent)
        page = desk.get(f"/incidents/{number}/").content.decode()
        desk.post(f"/incidents/for/{report.number}/answers", {"answers": ["going_on"], "from": "incident"})
    assert (answer.status_code, again.status_code, urgency(number)) == (302, 409, 1)
    assert 'value="injured"' not in page
    kinds = list(LedgerEntry.objects.filter(kind__endswith="questions_answered").values_list("kind", flat=True))
    assert (Answer.objects.count(), urgency(number)) == (2, 1)
    assert sorted(kinds) == ["intake.questions_answered"] * 2 + ["triage.incident_questions_answered"] * 2
    assert verify().ok


def test_a_report_that_tells_of_nothing_yet_keeps_its_later_answer():
    """Answered on the report's own page, it counts when the incident is opened."""
    report, desk = make.report(category="blocked_drain"), make.browser(make.person("call_taker"))
    KeyQuestion.objects.filter(code="trapped").update(urgency=2)
    with frozen(AT):
        desk.post(f"/incidents/for/{report.number}/answers", {"answers": ["trapped"], "from": "report"})
        assert 'value="trapped"' not in desk.get(f"/reports/{report.number}/").content.decode()
        assert 'class="urg whole soon"' in desk.get("/reports/?list=unsorted").content.decode()
    assert (Report.objects.get().answers, Incident.objects.exists()) == ("", False)
    assert urgency(make.incident(report)) == 2


def test_a_later_yes_that_is_urgent_at_once_opens_the_incident_of_an_unsorted_report():
    """As the same yes does when the report is saved; of a misdial, or of a history, it opens nothing."""
    reports = [make.report(category="blocked_drain", source_id=str(n), **values)
               for n, values in enumerate(({"validity": "misdial"}, {"channel": "import"}, {}))]  # fmt: skip
    for report in reports:
        answer = actions.answer_questions(report_id=report.pk, answers=["injured"], actor=ME, at=AT)
    incident = Incident.objects.get()
    assert (answer["incident"], incident.urgency) == (incident.number, 1)
    assert incident.links.get().report == reports[-1]
    assert not ClockRun.objects.running().filter(subject=f"report:{reports[-1].number}").exists()


def test_what_was_linked_or_taken_away_while_an_answer_waited_is_seen(monkeypatch):
    """The link is read again once the rows are held: no incident is raised that the report no longer tells of."""
    number = make.incident(category="blocked_drain")
    report = Report.objects.get()
    make_way = kin.locked

    def late(wanted):
        incident = make_way(wanted)
        incident.links.update(unlinked_at=AT)
        return incident

    monkeypatch.setattr(kin, "locked", late)
    with pytest.raises(Refused) as error:
        actions.answer_questions(report_id=report.pk, answers=["injured"], actor=ME, at=AT)
    assert (error.value.code, urgency(number), Answer.objects.count()) == ("no_such_move", 3, 0)


@pytest.mark.parametrize("verb", ["answer", "call_back", "link"])
def test_an_incident_is_locked_before_its_reports(verb):
    """Everywhere in this order, and the reports of one code by their age: nobody waits for whom they keep waiting."""
    make.category("silent_call")
    report = make.report(channel="web", tracking_code=make.CODE, category="silent_call", contact="13800000000",
                         call_back=True)  # fmt: skip
    added = add_to_report(tracking_code=make.CODE, words="x", actor=ME, at=AT)["report_id"]
    number = make.incident(report if verb != "link" else None)
    acts = {
        "answer": lambda: actions.answer_questions(report_id=report.pk, answers=["injured"], actor=ME, at=AT),
        "call_back": lambda: actions.call_back(report_id=report.pk, outcome="danger", actor=ME, at=AT),
        "link": lambda: actions.link_report(number=number, report_id=added, actor=ME, at=AT),
    }
    held = []

    def note(self, *args, **kwargs):
        held.append((self.model.__name__, set(self.values_list("pk", flat=True))))
        return plain(self, *args, **kwargs)

    plain = QuerySet.select_for_update
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QuerySet, "select_for_update", note)
        acts[verb]()
    (first, _), (second, reports), *_more = [row for row in held if row[0] in {"Incident", "Report"}]
    assert (first, second) == ("Incident", "Report")
    if verb == "link":
        assert reports == {report.pk, added}


def test_who_is_not_of_the_desk_answers_nothing():
    """An officer reads what was answered and is offered no box."""
    number = make.incident(to="drains", answers=["child"])
    officer = make.browser(make.person("officer", at="drains"))
    assert 'data-asks="answer-' not in officer.get(f"/incidents/{number}/").content.decode()
    answer = officer.post(f"/incidents/for/{Report.objects.get().number}/answers", {"answers": ["injured"]})
    assert answer.status_code == 403
