"""After the erasing nothing is left with which whoever holds the data directory could test a guess of the words."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.test import Client

from anlan.core.ledger import triggers
from anlan.core.ledger.verbs import KeyReused
from anlan.core.models import LedgerEntry, VerbKey
from anlan.core.people.actors import PUBLIC, system
from anlan.core.time.clock import frozen
from anlan.intake import live
from anlan.intake.actions import add_to_report, erase_report, erase_words, receive_reports
from anlan.intake.models import Report, ReportPersonal, Tracking
from anlan.intake.public.codes import code_for, code_hash
from tests import make

AT = make.AT
ME = system("test")
WET = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": "2016-06-28T13:59:00+08:00"}
SAID = WET | {"channel": "phone_110", "words": "at Li Si's house"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def town():
    make.city()


def take(key: str = "k-1", **more):
    return live.receive(**(SAID | more), actor=ME, at=AT, key=key)


def erase(report_id: int) -> None:
    erase_report(report_id=report_id, reason="asked", actor=ME, at=AT)


def fingerprints() -> set[str]:
    return set(VerbKey.objects.values_list("fingerprint", flat=True))


def test_the_fingerprints_of_a_keyed_call_go_with_its_words():
    """Its own and that of the calls within it; the same key is answered the same, whatever comes with it."""
    told = take()
    assert fingerprints() > {""}
    with pytest.raises(KeyReused):
        take(words="at Wang Wu's house")
    erase(told["report_id"])
    entries = LedgerEntry.objects.count()
    assert fingerprints() == {""}
    assert take() == told == take(words="at Wang Wu's house")
    assert (Report.objects.count(), LedgerEntry.objects.count()) == (1, entries)


def test_the_fingerprint_of_a_batch_goes_with_the_words_of_any_of_its_rows():
    """Guessed with the others, which lie beside it, the erased row's words would fit."""
    rows = [SAID | {"source": "list", "source_id": str(n)} for n in range(3)]
    told = receive_reports(rows=rows, actor=ME, at=AT, key="list:0")
    erase(told["report_ids"][1])
    assert fingerprints() == {""}
    assert receive_reports(rows=rows, actor=ME, at=AT, key="list:0") == told


def test_what_was_added_with_a_key_is_forgotten_with_it():
    """Words and photo that came by the tracking page."""
    make.report(tracking_code=make.CODE, at=AT)
    add_to_report(tracking_code=make.CODE, words="deeper", photos=[make.photo()], actor=PUBLIC, at=AT, key="a")
    assert fingerprints() != {""}
    erase_words(tracking_code=make.CODE, actor=PUBLIC, at=AT)
    assert fingerprints() == {""}


def test_other_calls_keep_theirs():
    """Only what the erased words came by is forgotten."""
    kept, gone = take("k-1"), take("k-2", words="another")
    before = VerbKey.objects.get(key__startswith="triage.take_report", key__endswith="|k-1").fingerprint
    erase(gone["report_id"])
    assert VerbKey.objects.get(key__startswith="triage.take_report", key__endswith="|k-1").fingerprint == before != ""
    assert ReportPersonal.objects.get().report_id == kept["report_id"]


def test_words_from_before_are_forgotten_by_what_their_call_answered():
    """A row that an earlier version sealed does not name its call."""
    told, other = take(), take("k-2", words="another")
    triggers.remove()
    ReportPersonal.objects.update(verb_key=None)
    triggers.install()
    erase(told["report_id"])
    erased = {key for key, print_ in VerbKey.objects.values_list("key", "fingerprint") if not print_}
    assert {key.rpartition("|")[2] for key in erased if key.startswith("triage.")} == {"k-1"}
    assert other["report_id"]


def test_an_upgrade_forgets_what_was_erased_before():
    """The fingerprint and the content hash that an earlier version left."""
    from importlib import import_module

    step = import_module("anlan.intake.migrations.0011_verb_keys")
    told = receive_reports(rows=[SAID], actor=ME, at=AT, key="list:0")
    erase(told["report_ids"][0])
    VerbKey.objects.update(fingerprint="f" * 64)
    Report.objects.update(content_hash="c" * 64)

    step.forget_what_was_erased(apps, None)
    assert fingerprints() == {""}
    assert Report.objects.get().content_hash is None


def test_a_row_of_a_list_is_known_again_by_its_number_alone_once_it_was_erased():
    """With a number of its source it stays one report; without, its content was all that it was known by."""
    rows = [SAID | {"source": "list", "source_id": "1"}, SAID | {"words": "without a number"}]
    told = receive_reports(rows=rows, actor=ME, at=AT)
    for report_id in told["report_ids"]:
        erase(report_id)
    assert not Report.objects.exclude(content_hash=None).exists()
    again = receive_reports(rows=rows, actor=ME, at=AT)
    assert (again["accepted"], again["repeated"], again["refused"]) == (1, 1, [])
    assert Report.objects.count() == 3


def test_a_code_that_follows_from_a_stored_key_goes_with_the_words():
    """A partner's; a citizen's is random, and goes on opening the page on which the erasing stands."""
    key = make.partner()[1]
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1"}
    with frozen(AT):
        answer = Client(headers=headers).post("/api/reports", WET | {"words": "x"}, content_type="application/json")
        report = Report.objects.get()
        assert Tracking.objects.get().code_hash == code_hash(answer.json()["tracking_code"].replace(" ", ""))
        erase(report.pk)
        again = Client(headers=headers).post("/api/reports", WET | {"words": "x"}, content_type="application/json")
    assert not Tracking.objects.exists()
    assert (again.status_code, again.json()["number"]) == (201, answer.json()["number"])
    own = make.report(tracking_code=code_for("f" * 32), channel="web", words="y")
    erase(own.pk)
    assert Client().get(f"/track/{code_for('f' * 32)}/").status_code == 200


@pytest.mark.parametrize("more", [{"words": "at Wang Wu's house"}, {"words": ""}, {"contact": "13800000000"},
                                  {"precision_m": 50}])  # fmt: skip
def test_other_words_under_a_number_that_was_used_are_a_conflict(more):
    """Neither report hides the other: 409 for one, a refused row for many; erased words compare with nothing."""
    key = make.partner()[1]
    client = Client(headers={"Authorization": f"Bearer {key}"})
    first = WET | {"words": "at Li Si's house", "source_id": "G-1"}

    def one(body, idempotency):
        kind = {"content_type": "application/json", "headers": {"Idempotency-Key": idempotency}}
        return client.post("/api/reports", body, **kind)

    def many(body):
        return client.post("/api/reports/bulk", json.dumps(body), content_type="application/x-ndjson").json()

    with frozen(AT):
        assert one(first, "1").status_code == 201
        assert one(first, "2").status_code == 200
        other = one(first | more, "3")
        assert (other.status_code, other.json()["error"], other.json()["field"]) == (409, "id_used", "source_id")
        assert (many(first)["repeated"], many(first)["refused_rows"]) == (1, 0)
        refused = many(first | more)
        assert (refused["repeated"], [row["code"] for row in refused["refused"]]) == (0, ["id_used"])
        if "precision_m" not in more:
            erase(Report.objects.get().pk)
            assert one(first | more, "4").status_code == 200
    assert Report.objects.count() == 1
