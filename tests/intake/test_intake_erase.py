"""Opening and erasing personal content."""

from __future__ import annotations

import json

import pytest

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import PUBLIC, NotAllowed
from anlan.core.refusals import Refused
from anlan.intake.actions import erase_report, read_personal, read_personal_of, read_photo
from anlan.intake.models import Attachment, Erasure, Report, ReportPersonal
from tests import make

AT = make.AT
CODE = "0123456789ABCDEF"

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    make.city()
    return make.report(
        words="水没过小腿", place_words="长虹路", name="李四", contact="13800000000", photos=[make.photo()],
        tracking_code=CODE,
    )  # fmt: skip


def test_opening_personal_content_is_an_entry_with_a_purpose(report):
    """Who, what and why; not the content."""
    reader = make.actor("analyst")
    found = read_personal(report_id=report.pk, purpose="study", actor=reader, at=AT, fields=("words",))
    assert found["words"] == "水没过小腿"
    assert "contact" not in found
    entry = LedgerEntry.objects.get(kind="intake.personal_read")
    assert (entry.actor, entry.subject) == (reader.name, f"report:{report.number}")
    assert json.loads(entry.payload) == {"fields": ["words"], "purpose": "study"}


def test_opening_many_leaves_one_entry_each(report):
    """A site's page opens the words of every report behind it."""
    other = make.report()
    found = read_personal_of(report_ids=[report.pk, other.pk], purpose="study", actor=make.actor("analyst"), at=AT)
    assert found[other.pk]["words"] == ""
    assert LedgerEntry.objects.filter(kind="intake.personal_read").count() == 2


@pytest.mark.parametrize("role", ["publisher", "operator", None])
def test_who_needs_no_words_opens_none(report, role):
    """Publishers, operators and the public are refused, and so is a purpose that is none."""
    who = make.actor(role) if role else PUBLIC
    with pytest.raises(NotAllowed):
        read_personal(report_id=report.pk, purpose="handle", actor=who, at=AT)
    for purpose in ("curiosity", "verify"):
        with pytest.raises(Refused) as refused:
            read_personal(report_id=report.pk, purpose=purpose, actor=make.actor("analyst"), at=AT)
        assert refused.value.code == "purpose_missing"


def test_a_photo_is_opened_with_a_purpose(report):
    """An officer of another organisation does not even learn that it exists."""
    photo = Attachment.objects.get()
    assert (
        read_photo(attachment_id=photo.pk, purpose="handle", actor=make.actor("call_taker"), at=AT)[:2] == b"\xff\xd8"
    )
    assert LedgerEntry.objects.filter(kind="intake.photo_read").count() == 1
    with pytest.raises(NotAllowed):
        read_photo(attachment_id=photo.pk, purpose="handle", actor=make.actor("officer", at="elsewhere"), at=AT)


def test_erasing_destroys_words_and_photos_and_leaves_the_report(report):
    """The report is still counted, placed and dated; the erasing is an entry."""
    answer = erase_report(report_id=report.pk, reason="asked", actor=make.actor("call_taker"), at=AT)
    assert answer == {"report_id": report.pk, "number": report.number, "words": True, "photos": 1}
    assert not ReportPersonal.objects.exists()
    assert not Attachment.objects.exists()
    assert Report.objects.get().lon == 119.97
    assert Erasure.objects.get().reason == "asked"
    assert json.loads(LedgerEntry.objects.get(kind="intake.report_erased").payload)["photos"] == 1
    assert read_personal(report_id=report.pk, purpose="handle", actor=make.actor("call_taker"), at=AT)["erased"]


def test_erasing_twice_erases_once(report):
    """The second time says that nothing was left, and is no entry."""
    who = make.actor("supervisor")
    erase_report(report_id=report.pk, reason="asked", actor=who, at=AT)
    assert not erase_report(report_id=report.pk, reason="asked", actor=who, at=AT)["words"]
    assert LedgerEntry.objects.filter(kind="intake.report_erased").count() == 1


def test_the_holder_of_the_code_may_erase_and_nobody_else_from_outside(report):
    """A wrong code, another report's code or none is refused."""
    other = make.report(tracking_code="FEDCBA9876543210")
    for code in (None, "0" * 16, "FEDCBA9876543210"):
        with pytest.raises(NotAllowed):
            erase_report(report_id=report.pk, reason="withdrawn", actor=PUBLIC, at=AT, tracking_code=code)
    assert erase_report(report_id=report.pk, reason="withdrawn", actor=PUBLIC, at=AT, tracking_code=CODE)["words"]
    assert Report.objects.filter(pk=other.pk).exists()
