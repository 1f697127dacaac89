"""What a call is asked, because a yes changes how soon somebody has to go."""

from __future__ import annotations

import json

import pytest

from anlan.core.ledger.verification import verify
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.models import Answer, KeyQuestion, Report
from anlan.triage import actions, rules
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


def test_what_was_answered_stays_on_the_report_and_in_its_entry():
    """As codes, in the city's order; a report of which nothing was asked carries nothing of it."""
    report = make.report(answers=["trapped", "child"])
    entry = json.loads(LedgerEntry.objects.get(subject=f"report:{report.number}").payload)
    assert (report.answers, entry["answers"]) == ("child trapped", "child trapped")
    plain = make.report(source_id="plain")
    assert "answers" not in json.loads(LedgerEntry.objects.get(subject=f"report:{plain.number}").payload)
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
        asked = {"answers": ["injured"], "from": "incident"}
        answer = desk.post(f"/incidents/for/{report.number}/answers", asked)
        again = desk.post(f"/incidents/for/{report.number}/answers", asked)
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
    desk.post(f"/incidents/for/{report.number}/answers", {"answers": ["trapped"], "from": "report"})
    assert Report.objects.get().answers == ""
    assert 'value="trapped"' not in desk.get(f"/reports/{report.number}/").content.decode()
    assert urgency(make.incident(report)) == 1


def test_who_is_not_of_the_desk_answers_nothing():
    """An officer reads what was answered and is offered no box."""
    number = make.incident(to="drains", answers=["child"])
    officer = make.browser(make.person("officer", at="drains"))
    assert 'data-asks="answer-' not in officer.get(f"/incidents/{number}/").content.decode()
    answer = officer.post(f"/incidents/for/{Report.objects.get().number}/answers", {"answers": ["injured"]})
    assert answer.status_code == 403
