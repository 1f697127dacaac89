"""Task sheets: one A4 a task for the crew to take along, and one file for a list of tasks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from anlan.core.time.clock import frozen
from anlan.intake.words import degrees
from anlan.prevention import actions
from anlan.prevention.models import Problem, TaskList
from anlan.prevention.papers.tasks import sheets_of
from anlan.prevention.queries.sheets import MOST_REPORTS, grounds_of, tasks_of
from tests import make
from tests.make.problems import Town, day
from tests.make.problems import task as stored
from tests.prevention.papers.printed import pages_of, printed, tags_of, words_of


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand fifty days after the raising."""
    with frozen(day(50)):
        yield


def test_a_task_sheet_says_where_what_why_and_how_it_is_verified(town: Town) -> None:
    """On one A4 in the reader's language, with room for the crew; the same bytes until the ledger hears of it again."""
    _, (task, _other) = town.planned("interim", "permanent")
    answer = printed(town.officer, f"/tasks/{task}/sheet.pdf", "zh-hans")
    text, at = words_of(answer), stored(task).problem
    for words in (f"任务单{task}", "Newpipe", "DN800laid", "Headofworks", "2016-02-15", "半径", "最近几件",
                  degrees(at.lon or 0), degrees(at.lat or 0),
                  "件接报", "完成的工作", "验收人签字"):  # fmt: skip
        assert words in text
    with frozen(day(60)):
        assert printed(town.officer, f"/tasks/{task}/sheet.pdf", "zh-hans").content == answer.content
        town.done(task, at=day(60))
        assert printed(town.officer, f"/tasks/{task}/sheet.pdf", "zh-hans").content != answer.content
    assert printed(make.actor("officer", at="west-office"), f"/tasks/{task}/sheet.pdf").status_code == 404


def test_the_sheets_of_a_list_are_one_file_with_a_page_a_task(town: Town) -> None:
    """However long the words are; each page counts for itself and has its title as a heading."""
    number = town.signed()
    long = {"title": "建" * 120, "criterion": "验" * 200, "responsible": "长" * 80}
    tasks = [*town.plan(number, "interim", "permanent"), *town.plan(number, "permanent", **long)]
    issued = actions.issue_list(tasks=tasks, kind="督办", due_on=day(60).date(), actor=town.supervisor, at=day(3))
    address = f"/lists/{issued['list']}/sheets.pdf"
    for language, title in (("zh-hans", "任务单"), ("en", "Task sheet")):
        answer = printed(town.supervisor, address, language)
        pages = pages_of(answer)
        assert len(pages) == len(tasks)
        for page, task in zip(pages, tasks, strict=True):
            assert f"{title} {task}" in page
            assert "1 / 1" in page
        assert tags_of(answer).count("/H1") == len(tasks)
        assert printed(town.supervisor, address, language).content == answer.content
    assert printed(make.actor("officer", at="west-office"), address).status_code == 404
    page = make.browser(town.supervisor).get(f"/lists/{issued['list']}/").content.decode()
    assert address in page


def test_a_file_holds_so_many_sheets_and_says_so(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is longer is refused with words before anything is drawn, and not broken off."""
    monkeypatch.setattr("anlan.core.print.press.MOST_PAPERS", 1)
    monkeypatch.setattr("anlan.prevention.papers.tasks.sketch", lambda *_parts: pytest.fail("drawn for nothing"))
    _, tasks = town.planned("interim", "permanent")
    issued = actions.issue_list(tasks=tasks, kind="督办", due_on=day(60).date(), actor=town.supervisor, at=day(3))
    assert printed(town.supervisor, f"/lists/{issued['list']}/sheets.pdf").status_code == 422
    assert TaskList.objects.count() == 1


def test_a_sheet_names_no_report_that_its_reader_may_not_see(town: Town) -> None:
    """Of those it says how many and on which days, to the officer and to nobody else."""
    _, (task,) = town.planned()
    for reader, named in ((town.officer, 0), (town.supervisor, MOST_REPORTS)):
        text = words_of(printed(reader, f"/tasks/{task}/sheet.pdf", "zh-hans"))
        assert text.count("R-15") == named
        assert "件接报" in text
        latest = text.partition("最近几件")[2].partition("完成的工作")[0]
        assert latest.count("2015-") == MOST_REPORTS


def test_the_reports_of_many_places_are_asked_for_at_once(town: Town) -> None:
    """Six of each, the latest first; as many statements for two places as for one."""
    problems = list(Problem.objects.filter(number__in=town.raised()).select_related("analysis"))
    asked = []
    for some in (problems[:1], problems):
        with CaptureQueriesContext(connection) as statements:
            found = grounds_of(some, town.supervisor)
        asked.append(len(statements))
    assert asked[0] == asked[1]
    for why in found.values():
        latest = why.place.members.order_by("-report__received_at", "-report").values_list("report__number", flat=True)
        assert [number for number, _at, _category in why.reports] == list(latest[:MOST_REPORTS])
    assert len(found) == 2


def test_a_sheet_of_what_no_study_found_names_its_origin(town: Town) -> None:
    """Without a place there is no sketch, and nothing is made up."""
    number = make.hazard_task("drains", at=day(3))
    with translation.override("en"):
        sheet = sheets_of(tasks_of([number], town.supervisor), number, town.supervisor).papers[0]
    kinds = [part.kind for part in sheet.parts]
    assert "drawing" not in kinds
    assert any("Found on a round · Analysis report A-2016-" in getattr(part, "words", "") for part in sheet.parts)
