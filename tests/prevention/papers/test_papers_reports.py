"""An analysis report as a document, and its whole list as an annex."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anlan.core.time.clock import frozen
from anlan.prevention.models import AnalysisReport
from tests import make
from tests.make.problems import Town, day
from tests.prevention.papers.printed import printed, tags_of, words_of


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """Let the pages stand fifty days after the raising."""
    with frozen(day(50)):
        yield


def test_an_analysis_report_is_a_document_with_summary_map_request_and_limits(town: Town) -> None:
    """With figures that add up, its number and ledger position; the same however the problems stand since."""
    number = town.raised(1, 2)[0]
    report = AnalysisReport.objects.get()
    assert report.study
    answer = printed(town.analyst, f"/analyses/{report.number}/report.pdf", "zh-hans")
    text = words_of(answer)
    every = sum(place.reports for place in report.study.places.all())
    for words in (
        report.number, "Ponding", "摘要", f"得出反复发生点位{report.study.sites}处", "方法与局限", "前2处点位",
        "本报告提出2个问题：反复发生点位2处", f"共有接报{every}件，其中前2处{every}件，占100%",
        "请government于2016-01-27前", f"账本序号{report.study.position}", report.study.content_hash[:16],
        "全部2个问题见附件",
    ):  # fmt: skip
        assert words in text, words
    town.instruct(number)
    with frozen(day(80)):
        assert printed(town.analyst, f"/analyses/{report.number}/report.pdf", "zh-hans").content == answer.content
    assert tags_of(answer).count("/Figure") == 2
    assert "whatisasked" in words_of(printed(town.analyst, f"/analyses/{report.number}/report.pdf")).lower()


def test_the_whole_list_of_a_report_is_its_annex(town: Town) -> None:
    """One line a problem, for those who see the whole city; the page leads them there, and an officer nowhere."""
    numbers = town.raised(1, 2)
    town.instruct(numbers[0])
    address = "/analyses/A-2016-001/problems.csv"
    lines = printed(town.supervisor, address).content.decode("utf-8-sig").splitlines()
    assert (len(lines), lines[0].split(",")[:2]) == (3, ["Number", "Site"])
    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(numbers)
    page = make.browser(town.supervisor).get("/analyses/A-2016-001/").content.decode()
    assert address in page
    assert "/analyses/A-2016-001/report.pdf" in page
    own = make.browser(town.officer)
    assert address not in own.get("/analyses/A-2016-001/").content.decode()
    assert {own.get(address).status_code, own.get("/analyses/A-2016-001/report.pdf").status_code} == {403}
    assert printed(town.supervisor, "/analyses/A-2016-999/report.pdf").status_code == 404


def test_a_report_without_a_study_lists_its_problems_and_draws_no_map(town: Town) -> None:
    """What was found on a round has no places of a study."""
    make.hazard(at=day(3))
    text = words_of(printed(town.supervisor, "/analyses/A-2016-001/report.pdf"))
    assert "Thefirst1problem" in text
    assert "Openshaft" in text
    assert "Map" not in text
