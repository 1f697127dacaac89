"""What a correction says: why, in both languages, and which printed figures it changes."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pypdf import PdfReader

from anlan.bulletin import actions
from anlan.bulletin.figures import veil
from anlan.bulletin.figures.verification import verify
from anlan.bulletin.models import Issue
from anlan.bulletin.queries.editions import Edition
from anlan.core import jobs
from anlan.core.people.actors import system
from anlan.core.refusals import Refused
from anlan.core.time.clock import frozen
from anlan.intake.actions import set_validity
from anlan.intake.models import Report
from tests import make
from tests.flat import flat

ME = system("test")
LATER = dt.datetime(2017, 1, 25, tzinfo=dt.UTC)
WEST, EAST = 119.93, 120.05
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town() -> Iterator[None]:
    make.city()
    make.organisation("government", kind="government")
    with frozen(LATER):
        yield


def heard(count: int, year: int = 2016, lon: float = WEST) -> list[Report]:
    at = dt.datetime(year, 6, 10, 4, tzinfo=dt.UTC)
    return [make.report(lon=lon, at=at + dt.timedelta(minutes=n)) for n in range(count)]


def corrected(issue: Issue, note: str = "一件误拨", note_en: str = "One misdial was counted.") -> Issue:
    made = actions.correct(issue=issue.number, note=note, note_en=note_en, actor=ME, at=LATER)
    return Issue.objects.get(number=made["issue"])


def page(issue: Issue, language: str = "en") -> str:
    return Client().get(f"/bulletins/{issue.number}/", {"lang": language}).content.decode()


def test_a_correction_prints_each_changed_figure_before_and_after() -> None:
    """One of twenty reports was a misdial: page and paper say 20 then and 19 now."""
    reports = heard(20)
    issue = make.issue("waterlogging_reports")
    set_validity(report_id=reports[0].pk, validity="misdial", actor=ME, at=LATER)
    new = corrected(issue)
    changes = Edition.of(new, public=False).corrections()
    printed = {
        change.after.figure.key: (change.before.value, change.after.value)
        for change in changes
        if change.before and change.after
    }
    assert printed["waterlogging_reports"] == ("20", "19")
    assert "reports" not in printed
    assert "Figures before and after the correction" in page(new)
    assert "Figures before and after the correction" not in page(issue)
    paper = PdfReader(io.BytesIO(Client().get(f"/bulletins/{new.number}/bulletin.pdf?lang=en").content))
    assert "Figures before and after the correction" in "".join(sheet.extract_text() for sheet in paper.pages)


def test_a_correction_that_changes_no_figure_says_so() -> None:
    """A note that speaks of a figure that did not change stands beside the words that none did."""
    heard(20)
    new = corrected(make.issue("reports"))
    assert Edition.of(new, public=True).corrections() == []
    assert "No printed figure changed." in page(new)


def test_what_was_hidden_in_both_is_no_changed_figure_to_the_public() -> None:
    """Three in the east then and four now are fewer than five to the public; who signs in reads both."""
    heard(20, lon=WEST)
    east = heard(4, lon=EAST)
    set_validity(report_id=east[0].pk, validity="misdial", actor=ME, at=LATER)
    issue = make.issue("waterlogging_reports")
    set_validity(report_id=east[0].pk, validity="valid", actor=ME, at=LATER)
    new = corrected(issue)
    keys = [[change.after.figure.area for change in Edition.of(new, public=public).corrections()
             if change.after.figure.measure == "waterlogging_reports"] for public in (True, False)]  # fmt: skip
    assert keys == [[""], ["", "east"]]


def test_a_correction_with_the_same_numbers_hides_no_more_than_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells nothing new, so nothing is weighed anew: what was hidden beside other issues would only grow."""
    heard(20, lon=WEST)
    east = heard(3, lon=EAST)
    issue = make.issue("waterlogging_reports")
    hidden = Edition.of(issue, public=True).veil
    assert hidden.values
    weighed: list[object] = []
    monkeypatch.setattr(veil, "_hidden", lambda *of: weighed.append(of) or frozenset())
    same = corrected(issue)
    assert Edition.of(same, public=True).veil == hidden
    assert not weighed
    set_validity(report_id=east[0].pk, validity="misdial", actor=ME, at=LATER)
    other = corrected(same)
    assert Edition.of(other, public=True).veil == veil.NO_VEIL
    assert len(weighed) == 2


def test_each_language_has_its_note() -> None:
    """The English page prints the English note, the Chinese page the Chinese one; both stand under the words' hash."""
    heard(20)
    new = corrected(make.issue("reports"))
    assert "One misdial was counted." in page(new)
    assert "一件误拨" not in page(new)
    assert "一件误拨" in page(new, "zh-hans")
    assert verify(new).holds
    Issue.objects.filter(pk=new.pk).update(note_en="Nothing was wrong.")
    assert not verify(Issue.objects.get(pk=new.pk)).holds


def test_a_correction_needs_its_note_in_both_languages(client: Client) -> None:
    """The issue is printed in both: a Chinese note alone publishes nothing and is not lost."""
    heard(20)
    issue = make.issue("reports")
    client.force_login(make.person("publisher", at="government"))
    answer = client.post(f"/bulletins/{issue.number}/correct", {"note": "一件误拨"})
    assert (answer.status_code, "一件误拨" in answer.content.decode()) == (422, True)
    with pytest.raises(Refused) as refused:
        corrected(issue, note_en=" ")
    assert (refused.value.code, refused.value.field) == ("revision_note_missing", "note_en")
    assert Issue.objects.count() == 1


def test_a_note_is_printed_as_a_whole_sentence() -> None:
    """A stop that was not typed is set; the number of the issue before stands within the sentence about it."""
    heard(20)
    new = corrected(make.issue("reports"), note_en="One misdial was counted")
    text = flat(re.sub(r"<[^>]+>", "", page(new)))
    before = new.corrects.number if new.corrects else ""
    whole = f"One misdial was counted. The issue before, {before}, stays as it was. No printed figure changed."
    assert whole in text


def test_a_correction_says_at_its_top_what_it_corrects() -> None:
    """One line with the number of the issue before leads to the note; an issue that corrects none has no such line."""
    heard(20)
    issue = make.issue("reports")
    new = corrected(issue)
    assert 'href="#revisions"' in page(new)
    assert f"This issue corrects {issue.number}." in page(new)
    assert 'href="#revisions"' not in page(issue)


def test_a_headline_that_was_wrong_is_corrected_too(client: Client) -> None:
    """The publisher's form holds the headline; left as it is it stays, changed it is printed on the new issue."""
    heard(20)
    issue = make.issue("reports", headline="接报19件", headline_en="19 reports")
    client.force_login(make.person("publisher", at="government"))
    page = client.get(f"/bulletins/{issue.number}/recompute/").content.decode()
    assert 'value="19 reports"' in page
    sent = {
        "note": "标题有误",
        "note_en": "The headline was wrong.",
        "headline": "接报20件",
        "headline_en": "20 reports",
    }
    assert client.post(f"/bulletins/{issue.number}/correct", sent).status_code == 302
    jobs.drain()
    new = Issue.objects.get(corrects=issue)
    assert (new.headline, new.headline_en) == ("接报20件", "20 reports")
    assert (corrected(new).headline_en, verify(new).holds) == ("20 reports", True)


def test_a_note_that_is_too_long_to_print_is_refused_in_either_language() -> None:
    """Cut off, its sense could turn."""
    heard(20)
    issue = make.issue("reports")
    with pytest.raises(Refused) as refused:
        corrected(issue, note_en="x" * 401)
    assert (refused.value.code, refused.value.field) == ("print_too_long", "note_en")


def test_a_change_on_a_small_base_says_so() -> None:
    """12 after 8 is more by half, of a base below thirty; 40 after 35 is not few."""
    heard(12)
    heard(8, 2015)
    assert "few: fewer than 30 in the base" in page(make.issue("reports"))


def test_a_change_on_a_large_base_has_no_such_words() -> None:
    """35 in the base are enough to print a change without words."""
    heard(40)
    heard(35, 2015)
    assert "few: fewer than" not in page(make.issue("reports"))
