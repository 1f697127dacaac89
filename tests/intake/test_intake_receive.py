"""Receiving one report: what is stored, numbered, masked and refused."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from anlan.core.ledger.verbs import KeyReused
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import PUBLIC, NotAllowed, system
from anlan.core.refusals import Refused
from anlan.intake.actions import receive_report, set_validity
from anlan.intake.models import Attachment, Report, ReportPersonal, Tracking
from anlan.intake.rules.resident_ids import MASK, is_resident_id, mask_resident_ids
from tests import make

AT = make.AT
WET = {"channel": "web", "category": "waterlogging", "lon": 119.97, "lat": 31.76}
RESIDENT_ID = "11010519491231002X"  # the example printed in GB 11643

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _city():
    make.city()


def receive(**values):
    return receive_report(**({"actor": PUBLIC, "at": AT} | WET | values))


def refusal(**values):
    with pytest.raises(Refused) as caught:
        receive(**values)
    assert not Report.objects.exists()
    assert not ReportPersonal.objects.exists()
    assert not LedgerEntry.objects.filter(kind__startswith="intake.").exists()
    return caught.value


def test_a_report_gets_the_next_number_of_its_local_day():
    """22:30 UTC is already the next day in the city, and each day counts from 1."""
    first = receive(received_at=dt.datetime(2016, 6, 27, 22, 30, tzinfo=dt.UTC))
    second = receive(received_at="2016-06-28T05:00:00+08:00")
    third = receive(received_at="2016-06-27T23:00:00+08:00")
    assert [first["number"], second["number"], third["number"]] == ["R-160628-0001", "R-160628-0002", "R-160627-0001"]


def test_personal_content_lies_apart_and_the_ledger_has_only_a_commitment():
    """Neither words nor contact stand in the report's row or in its entry."""
    receive(words="水没过小腿", place_words="长虹路人民路口", name="李四", contact="13800000000")
    entry = LedgerEntry.objects.get(kind="intake.report_received")
    payload = json.loads(entry.payload)
    assert len(payload["personal"]) == 64
    stored = entry.payload + str(Report.objects.values().get())
    assert not any(text in stored for text in ("水没过", "长虹路", "李四", "13800000000"))
    assert payload.keys() == {"report", "row", "marks", "personal"}


def test_a_repeated_key_gives_the_same_answer_and_one_report():
    """A caller whose answer was lost repeats; another body under the key is refused."""
    assert receive(key="a") == receive(key="a")
    assert Report.objects.count() == 1
    with pytest.raises(KeyReused):
        receive(key="a", depth_cm=30)


def test_the_same_source_and_id_is_one_report():
    """A second delivery adds nothing; a different one under the same id is refused, so that neither hides the other."""
    first = receive(source="12345", source_id="A-1", received_at=AT)
    again = receive(source="12345", source_id="A-1", received_at=AT)
    assert again == first | {"repeated": True}
    with pytest.raises(Refused) as caught:
        receive(source="12345", source_id="A-1", received_at=AT, lon=119.98)
    assert caught.value.code == "id_used"
    assert Report.objects.count() == 1


def test_photos_and_tracking_code_belong_to_the_report():
    """Photos are kept with their own salts; of the code only the hash is stored."""
    photo = make.photo()
    receive(photos=[photo], tracking_code="0123456789ABCDEF")
    assert bytes(Attachment.objects.get().jpeg) == photo.jpeg
    assert Tracking.objects.get().code_hash != "0123456789ABCDEF"
    assert refusal_of_photos([photo] * 7) == "too_many_photos"


def refusal_of_photos(photos):
    with pytest.raises(Refused) as caught:
        receive(photos=photos)
    return caught.value.code


@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({"lon": 121.0}, "lon", "outside_city"),
        ({"lon": 31.76, "lat": 119.97}, "lon", "swapped"),
        ({"lon": float("nan")}, "lon", "not_a_number"),
        ({"lon": "east"}, "lon", "not_a_number"),
        ({"lon": None}, "lon", "half_a_place"),
        ({"lon": None, "lat": None}, "lon", "no_place"),
        ({"crs": "EPSG:1"}, "crs", "unknown_crs"),
        ({"received_at": "2016-06-28T14:20:00+08:00"}, "received_at", "time_in_future"),
        ({"received_at": "2016-06-28T14:00:00"}, "received_at", "no_zone"),
        ({"received_at": "yesterday"}, "received_at", "not_a_time"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at", "not_a_time"),
        ({"received_at": "1969-12-31T00:00:00Z"}, "received_at", "time_too_old"),
        ({"category": "war"}, "category", "unknown_category"),
        ({"category": ""}, "category", "missing"),
        ({"channel": "telepathy"}, "channel", "unknown_channel"),
        ({"validity": "false"}, "validity", "unknown_validity"),
        ({"depth_cm": -1}, "depth_cm", "out_of_range"),
        ({"depth_cm": True}, "depth_cm", "not_a_number"),
        ({"depth_cm": 10**400}, "depth_cm", "not_a_number"),
        ({"precision_m": 1e9}, "precision_m", "out_of_range"),
        ({"words": "w" * 10_000_000}, "words", "too_long"),
        ({"words": "a\0b"}, "words", "nul"),
        ({"words": "\ud800"}, "words", "not_unicode"),
        ({"words": ["x"]}, "words", "not_text"),
        ({"name": "n" * 81}, "name", "too_long"),
        ({"source_id": RESIDENT_ID}, "source_id", "resident_id"),
    ],
)
def test_bad_input_is_refused_whole(told, field, code):
    """The refusal names the field and why, in words that say what to change; nothing is stored."""
    found = refusal(**told)
    assert (found.field, found.code) == (field, code)
    assert "%(" not in str(found)
    assert len(str(found)) > 15


def test_a_resident_id_number_is_masked_and_said():
    """Also in full-width digits, in groups, with a mistyped check digit; it is replaced on receipt and never stored."""
    told = (RESIDENT_ID, "１１０１０５１９４９１２３１００２Ｘ", "110105 19491231 002x", "110105194912310021",
            "1101 0519 4912 3100 21", "110105-1949-1231-0021", "１１０１０５　１９４９１２３１　００２１",
            "110105 - 19491231 - 0021", "110105，19491231、0021", "110105\u200b19491231\u200b002X",
            "110105•19491231•0021", "110105−19491231−0021",
            "110105．19491231．0021", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢١", "11010519491231002Х")  # fmt: skip
    answer = receive(words="我是 " + "；或 ".join(told))
    assert answer["masked"] == ["words"]
    assert ReportPersonal.objects.get().words == "我是 " + "；或 ".join([MASK] * len(told))


def test_other_numbers_are_left_alone():
    """A phone number, an order number, and a number of a system's own, of region, day and serial, stay."""
    assert is_resident_id(RESIDENT_ID)
    assert not is_resident_id("320400201606280012")
    receive(source="office", source_id="320400201606280012")
    for text in ("13812345678", "110105194913310021", "330000000000000000", "9" * 30, f"1{RESIDENT_ID}",
                 "119.9701234, 31.7601234", "2026-11-20 01:12:30, 1234", "13812345678，13812345679"):  # fmt: skip
        assert mask_resident_ids(text) == text


def test_coordinates_of_an_app_are_converted_and_kept_as_told():
    """The report lies where it is on the earth, and says in which system it was told."""
    receive(crs="GCJ-02", lon=119.97, lat=31.76)
    report = Report.objects.get()
    assert report.source_crs == "GCJ-02"
    assert (report.source_x, report.source_y) == (119.97, 31.76)
    assert 300 < abs(report.lon - 119.97) * 94_700 < 700


def test_staff_channels_are_not_the_publics():
    """A citizen cannot pretend to be a 110 call."""
    with pytest.raises(NotAllowed):
        receive(channel="phone_110")
    receive(channel="phone_110", actor=make.actor("call_taker"))


def test_validity_is_a_verb_of_its_own():
    """The change is an entry with what it was; the rest of the report stays."""
    report = make.report()
    answer = set_validity(report_id=report.pk, validity="misdial", actor=make.actor("call_taker"), at=AT)
    assert (answer["before"], answer["validity"]) == ("valid", "misdial")
    assert json.loads(LedgerEntry.objects.get(kind="intake.validity_set").payload)["from"] == "valid"
    with pytest.raises(NotAllowed):
        set_validity(report_id=report.pk, validity="valid", actor=make.actor("publisher"), at=AT)


def test_an_operator_reports_for_the_city_itself():
    """Anlan's own parts (the import command, the simulated city) may use every channel."""
    assert receive(actor=system("city"), channel="sensor")["number"] == "R-160628-0001"
