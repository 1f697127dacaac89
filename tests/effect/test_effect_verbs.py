"""Estimates as the verb makes them, and what verifying finds."""

from __future__ import annotations

import datetime as dt

import pytest

from anlan.analysis import EffectEstimate
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import NotAllowed, system
from anlan.core.refusals import Refused
from anlan.effect.models import Estimate
from anlan.effect.rules import Sides, sides
from anlan.effect.verification import verify
from anlan.intake.actions import erase_report, set_validity
from anlan.intake.models import Report
from tests import make
from tests.make.estimates import MEASURE, MendedTown, rain


def made(town: MendedTown, **values: object) -> Estimate:
    return Estimate.objects.get(number=town.estimate(**values)["estimate"])


def test_mended_places_that_fail_less_often_have_fallen(town: MendedTown) -> None:
    """The interval lies below no difference, and the sentence says of how many places and storms."""
    rain(2016, range(4, 11), 0.6, 0.15)
    one = made(town)
    assert (one.number, one.verdict) == ("V-2017-001", "fell")
    assert one.low
    assert one.high
    assert one.low < (one.ratio or 0) < one.high < 1
    assert len(one.listed("treated")) == 12
    assert len(one.listed("controls")) == 8
    assert (one.before_storms, one.after_storms) == (21, 21)
    assert "21 storms before, 21 after" in one.sentence_en
    assert "前21场、后21场雨" in one.sentence_zh


def test_without_a_storm_since_nothing_can_be_separated(town: MendedTown) -> None:
    """That is an answer, with its reason and without a ratio."""
    one = made(town)
    assert (one.verdict, one.ratio, one.reason) == ("not_separable", None, "no storm since")


def test_one_storm_is_not_enough(town: MendedTown) -> None:
    """However many places failed in it."""
    rain(2016, range(6, 7), 0.6, 0.1, days=(5,))
    one = made(town)
    assert (one.verdict, one.reason, one.after_storms) == ("not_separable", "one storm is not enough", 1)


def test_an_estimate_leaves_one_entry_and_comes_once_for_a_key(town: MendedTown) -> None:
    """The entry holds the verdict and the hash under which it is frozen."""
    first, again = town.estimate(key="once"), town.estimate(key="once")
    assert first == again
    entry = LedgerEntry.objects.get(kind="effect.estimated")
    assert first["content_hash"] in entry.payload
    assert Estimate.objects.count() == 1


def test_an_estimate_verifies(town: MendedTown) -> None:
    """Computed again it is the same, also when the method ran in between for somebody else."""
    rain(2016, range(4, 11), 0.6, 0.3)
    one, _other = made(town), made(town, seed=7)
    found = verify(one)
    assert (found.same, found.changed, found.came) == (True, (), 0)


def test_an_estimate_verifies_after_its_words_were_written_better(
    town: MendedTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said stays as it was said, and is the same answer; a sentence that was altered is none."""
    rain(2016, range(4, 11), 0.6, 0.3)
    kept = made(town)
    monkeypatch.setattr(EffectEstimate, "sentence", lambda estimate, language="en": "Better words.")
    assert verify(kept).same
    Estimate.objects.filter(pk=kept.pk).update(sentence_zh="治好了。")
    assert not verify(Estimate.objects.get()).same


def test_verifying_names_the_reports_that_changed_since(town: MendedTown) -> None:
    """A misdial and an erased report are named and a late one counted; the estimate as of then still holds."""
    rain(2016, range(4, 11), 0.6, 0.3)
    one = made(town)
    first, second = Report.objects.order_by("number")[:2]
    at = dt.datetime(2017, 2, 1, tzinfo=dt.UTC)
    set_validity(report_id=first.pk, validity="misdial", actor=system("test"), at=at)
    erase_report(report_id=second.pk, reason="asked", actor=system("test"), at=at)
    make.report(at=at, received_at=dt.datetime(2016, 6, 20, tzinfo=dt.UTC))
    found = verify(one)
    assert found.same
    assert found.changed == (first.number, second.number)
    assert found.came == 1


def test_what_was_altered_in_the_database_does_not_verify(town: MendedTown) -> None:
    """Neither a verdict nor the list of mended sites can be changed unnoticed."""
    rain(2016, range(4, 11), 0.6, 0.3)
    one = made(town)
    Estimate.objects.filter(pk=one.pk).update(high=0.5)
    assert not verify(Estimate.objects.get()).same
    Estimate.objects.filter(pk=one.pk).update(high=one.high, seed=5)
    assert not verify(Estimate.objects.get()).same


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"measure_at": dt.date(2015, 6, 1)}, "sites_found_after_measure", "measure_at"),
        ({"measure_at": dt.date(2016, 2, 1)}, "nothing_mended_before", "measure_at"),
        ({"since": MEASURE}, "reports_begin_too_late", "since"),
        ({"until": dt.date(2016, 2, 1)}, "reports_end_too_early", "until"),
        ({"until": dt.date(2017, 6, 1)}, "last_day_ahead", "until"),
        ({"study": 999}, "adopted_study_missing", "study"),
    ],
)
def test_what_would_be_biased_or_empty_is_refused(
    town: MendedTown, asked: dict[str, object], code: str, field: str
) -> None:
    """The refusal names the field to change, and nothing is stored."""
    with pytest.raises(Refused) as refused:
        town.estimate(**asked)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not Estimate.objects.exists()


def test_sites_mended_while_the_storms_are_counted_are_on_neither_side() -> None:
    """They would make the places beside them look better than places where nothing was done."""
    days = {1: dt.date(2016, 2, 1), 2: MEASURE, 3: dt.date(2017, 5, 1)}
    assert sides({1, 2, 3, 4}, days, MEASURE, dt.date(2016, 12, 31)) == Sides((1,), (3, 4), (2,))


def test_only_analysts_and_supervisors_estimate(town: MendedTown) -> None:
    """A leader reads, and asks them."""
    with pytest.raises(NotAllowed):
        town.estimate(actor=make.actor("leader"))
