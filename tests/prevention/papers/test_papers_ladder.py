"""Papers of the ladder: numbered once by the step itself, kept in the ledger, printed again as their entries say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anlan.core.city import folder
from anlan.core.city.current import forget_city
from anlan.core.models import City, ClockRule, LedgerEntry, LegalAct, Organisation
from anlan.core.time.clock import frozen
from anlan.prevention import actions
from anlan.prevention.city_parts import check_ladder
from anlan.prevention.models import Escalation, Problem
from tests import make
from tests.make.problems import Town, day
from tests.prevention.papers.printed import printed, tags_of, words_of

CLIMB = {31: "LR-2016-001", 34: "LS-2016-001", 49: "LI-2016-001"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand fifty days after the raising."""
    with frozen(day(50)):
        yield


def climbed(town: Town) -> str:
    """Plan one task and let its ladder take all three steps; return its number."""
    _, (task,) = town.planned()
    for n in CLIMB:
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    return task


def test_each_step_gets_the_number_of_its_paper_once_by_its_own_verb(town: Town) -> None:
    """It stands in the ledger beside clock, answer day and instruction; another look gives no other number."""
    task = climbed(town)
    actions.escalate_overdue(actor=town.supervisor, at=day(50))
    assert list(Escalation.objects.order_by("pk").values_list("number", flat=True)) == list(CLIMB.values())
    entries = LedgerEntry.objects.filter(kind="prevention.escalated", subject=f"task:{task}").order_by("pk")
    known = [json.loads(entry.payload) for entry in entries]
    assert [entry["number"] for entry in known] == list(CLIMB.values())
    assert [entry["answer_by"] for entry in known] == ["2016-02-15", "2016-02-23", "2016-03-09"]
    assert known[0]["clock"] == ["任务办理", "Task to be done"]
    assert known[0]["instruction"] == ["常政办〔2016〕12号", "2016-01-13"]


def test_numbers_run_by_kind_and_year_and_none_goes_to_nobody(town: Town) -> None:
    """What waits for a supervisor or a verifier climbs without a paper: there is no organisation that it goes to."""
    _, tasks = town.planned("interim", "permanent")
    town.raised(2)
    town.done(tasks[1], at=day(20))
    for n in (31, 34, 49):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    given = Escalation.objects.order_by("pk").values_list("number", "organisation__code")
    assert [pair for pair in given if pair[0]] == [(number, "drains") for number in CLIMB.values()]
    assert ("", None) in given
    actions.escalate_overdue(actor=town.supervisor, at=day(400))
    town.plan(Escalation.objects.get(number="LS-2016-001").problem.number, "permanent", at=day(401))
    for n in (432, 433):  # reminded first
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    assert Escalation.objects.filter(number="LS-2017-001").exists()


def test_no_number_is_given_twice(town: Town) -> None:
    """The table itself refuses it, whoever writes past the verb."""
    climbed(town)
    step = Escalation.objects.get(number="LS-2016-001")
    step.pk, step.due_on = None, day(90).date()
    with pytest.raises(IntegrityError), transaction.atomic():
        step.save()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("LR-2016-001", ["提醒函", "提醒〔2016〕1号", "将于2016-02-15到期"]),
        ("LS-2016-001", ["督办单", "督办〔2016〕1号", "自2016-02-16起，逾期1天", "于2016-02-23前书面报告"]),
        ("LI-2016-001", ["约谈通知", "约谈〔2016〕1号", "自2016-02-16起，逾期16天", "约谈时间", "约谈地点"]),
    ],
)
def test_a_paper_says_to_whom_what_since_when_and_what_is_asked(town: Town, number: str, said: list[str]) -> None:
    """With the clock, the instruction, the path until that day, and room for signature and seal; the same each time."""
    task = climbed(town)
    answer = printed(town.supervisor, f"/ladder/{number}/paper.pdf", "zh-hans")
    text = words_of(answer)
    for words in (*said, task, "Newpipe", "DN800laid", "任务办理", "常政办〔2016〕12号", "签发单位（盖章）", "已签收"):
        assert words in text
    assert ("约谈" in text) is (number > "LI" and number < "LJ")
    with frozen(day(80)):
        assert printed(town.supervisor, f"/ladder/{number}/paper.pdf", "zh-hans").content == answer.content
    assert {"/H1", "/Table", "/TH", "/P"} <= set(tags_of(answer))


def test_a_step_of_a_problem_has_its_papers_too(town: Town) -> None:
    """What waits for the lead to sign for it: the step by its clock, and the steps of the ladder before this one."""
    number = town.assigned()
    for n in (4, 7):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    reminder, order = (words_of(printed(town.supervisor, f"/ladder/{paper}-2016-001/paper.pdf", "zh-hans"))
                       for paper in ("LR", "LS"))  # fmt: skip
    assert f"（{number}）的“待签收”环节将于2016-01-18到期。请按期完成。" in reminder
    assert "延期" not in reminder
    assert "自2016-01-19起，逾期2天" in order
    assert "2016-01-1709:00提醒排水处" in order


def test_a_reminder_after_the_deadline_asks_for_nothing_by_a_day_that_is_past(town: Town) -> None:
    """Works sent back after their deadline: the paper says late since when, and the answer day is yet to come."""
    _, (task,) = town.planned()
    town.done(task, at=day(30))
    actions.verify(task=task, passed=False, words="Too narrow", actor=town.verifier, at=day(39))
    actions.escalate_overdue(actor=town.supervisor, at=day(40))
    step = Escalation.objects.get(number="LR-2016-001")
    entry = LedgerEntry.objects.get(kind="prevention.escalated", subject=f"task:{task}")
    assert json.loads(entry.payload)["answer_by"] == "2016-02-29" > str(step.at.date())
    text = words_of(printed(town.supervisor, "/ladder/LR-2016-001/paper.pdf", "zh-hans"))
    for words in ("应于2016-02-15前办结，现已逾期7天", "于2016-02-29前书面报告", "自2016-02-16起，逾期7天"):
        assert words in text
    english = words_of(printed(town.supervisor, "/ladder/LR-2016-001/paper.pdf"))
    assert "wasdueon2016-02-15andis7dayslate" in english
    assert "到期" not in text
    assert "延期" not in text
    assert "isdueon" not in english


def test_a_late_reminder_of_a_problem_has_its_own_words(town: Town) -> None:
    """What the lead has not signed for when the ladder looks again after the deadline."""
    number = town.assigned()
    actions.escalate_overdue(actor=town.supervisor, at=day(7))
    text = words_of(printed(town.supervisor, "/ladder/LR-2016-001/paper.pdf", "zh-hans"))
    assert f"（{number}）的“待签收”环节应于2016-01-18前完成，现已逾期2天" in text
    assert "于2016-01-27前书面说明" in text


def test_a_paper_stays_as_it_was_whatever_comes_after(town: Town) -> None:
    """Later steps, another instruction and another clock change no paper that was sent."""
    _, (task,) = town.planned()
    for n in (31, 34):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    before = printed(town.supervisor, "/ladder/LS-2016-001/paper.pdf").content
    town.done(task, at=day(35))
    actions.verify(task=task, passed=False, words="Too narrow", actor=town.verifier, at=day(36))
    Problem.objects.update(instruction_ref="another")
    ClockRule.objects.filter(code="task_refused").update(name="另一时限", name_en="Another", target_s=86_400)
    ClockRule.objects.filter(code="task_open").update(name="另一时限", name_en="Another")
    ClockRule.objects.filter(code="ladder_answer").update(target_s=2 * 86_400)
    City.objects.update(settings=json.dumps({"ladder": {"articles": []}}))
    forget_city()
    assert printed(town.supervisor, "/ladder/LS-2016-001/paper.pdf").content == before
    assert "Supervision2016/1" in words_of(printed(town.supervisor, "/ladder/LS-2016-001/paper.pdf"))


def test_names_on_a_paper_are_those_of_the_day_it_is_printed(town: Town) -> None:
    """A renamed organisation is called by its new name, and all that the entry holds stays."""
    climbed(town)
    Organisation.objects.filter(code="drains").update(name="新排水中心")
    text = words_of(printed(town.supervisor, "/ladder/LS-2016-001/paper.pdf", "zh-hans"))
    assert "新排水中心" in text
    assert "督办〔2016〕1号" in text
    assert "于2016-02-23前书面报告" in text


def test_an_article_is_cited_where_its_act_was_in_force_on_the_day(town: Town) -> None:
    """The city names act, article and steps; the law of the day of the step decides."""
    act = {"name": "督办办法", "name_en": "Supervision Rules", "kind": "local"}
    LegalAct.objects.create(code="rules", in_force_from=dt.date(2016, 2, 15), **act)
    article = {"act": "rules", "article": "第八条", "article_en": "Article 8"}
    City.objects.update(settings=json.dumps({"ladder": {"articles": [article]}}))
    ClockRule.objects.filter(code="ladder_answer").update(target_s=2 * 86_400)
    climbed(town)
    cited = {number: words_of(printed(town.supervisor, f"/ladder/{number}/paper.pdf", "zh-hans")) for number in
             CLIMB.values()}  # fmt: skip
    assert "法规依据《督办办法》第八条" in cited["LS-2016-001"]
    assert "于2016-02-18前书面报告" in cited["LS-2016-001"]
    assert "法规依据" not in cited["LR-2016-001"]  # of 13 February, before it was in force
    assert "SupervisionRules,Article8" in words_of(printed(town.supervisor, "/ladder/LI-2016-001/paper.pdf"))


@pytest.mark.parametrize(
    "known",
    [[], {"articles": ["8"]}, {"articles": [{"act": "none", "article": "1", "article_en": "1"}]},
     {"articles": [{"act": "rules"}]}, {"articles": [{"act": "rules", "article": "1", "article_en": "1",
                                                      "steps": ["scold"]}]}],
)  # fmt: skip
def test_what_the_papers_cannot_use_is_refused_with_the_folder(town: Town, tmp_path: Any, known: Any) -> None:
    """What is no table, an act that the folder does not have, an unknown step."""
    LegalAct.objects.create(code="rules", name="r", name_en="r", kind="local", in_force_from=dt.date(2016, 1, 1))
    city = City(settings=json.dumps({"ladder": known}))
    with pytest.raises(folder.CityFolderError):
        check_ladder(tmp_path, city)


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [("supervisor", "control", 200), ("leader", "control", 200), ("auditor", "control", 200),
     ("officer", "drains", 200), ("officer", "west-office", 404), ("analyst", "control", 403),
     ("verifier", "government", 403), ("call_taker", "control", 403)],
)  # fmt: skip
def test_who_may_print_a_paper_of_the_ladder_is_declared(town: Town, role: str, at: str, status: int) -> None:
    """Whoever supervises, and the organisation that it goes to; a list and pages lead to it for the same people."""
    task = climbed(town)
    somebody = make.actor(role, at=at)
    browser = make.browser(somebody)
    assert browser.get("/ladder/LS-2016-001/paper.pdf").status_code == status
    link = 'href="/ladder/LS-2016-001/paper.pdf"'
    number = Escalation.objects.first().problem.number  # type: ignore[union-attr]
    for page in ("/lists/?view=ladder", f"/tasks/{task}/", f"/problems/?p={number}"):
        assert (link in browser.get(page).content.decode()) is (status == 200), page


def test_a_supporting_organisation_does_not_print_what_goes_to_the_lead(town: Town) -> None:
    """It sees the problem, not the letter."""
    number = town.assigned(supporting=["west-office"])
    actions.sign_for(problems=[number], actor=town.officer, at=day(1))
    town.plan(number, "permanent")
    for n in (31, 34):
        actions.escalate_overdue(actor=town.supervisor, at=day(n))
    helper = make.browser(make.actor("officer", at="west-office"))
    assert number in helper.get("/problems/").content.decode()
    assert helper.get("/ladder/LS-2016-001/paper.pdf").status_code == 404
    assert "LS-2016-001" not in helper.get("/lists/?view=ladder").content.decode()
