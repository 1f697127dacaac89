"""Partner systems: one report as JSON, many as NDJSON."""

from __future__ import annotations

import io
import json

import pytest
from django.test import Client

from anlan.core.models import LedgerEntry
from anlan.core.time.clock import frozen
from anlan.intake.files.ndjson import LINE_BYTES, read_lines
from anlan.intake.models import Report, ReportPersonal, Tracking
from tests import make

AT = make.AT
WET = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": "2016-06-28T13:59:00+08:00"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key():
    make.city()
    return make.partner("grid_worker")[1]


def post(body, *, key, path="/api/reports", kind="application/json", idempotency="k-1", at=AT, **headers):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    told = {"Idempotency-Key": idempotency} if idempotency else {}
    with frozen(at):
        return Client(headers={"Authorization": f"Bearer {key}"} | told | headers).post(path, body, content_type=kind)


def bulk(rows, *, key, **more):
    body = rows if isinstance(rows, bytes) else b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return post(body, key=key, path="/api/reports/bulk", kind="application/x-ndjson", idempotency=None, **more)


def test_one_report_is_created_with_number_and_code(key):
    """The partner gets both; the channel is the one of its key."""
    answer = post(WET | {"words": "deep", "source_id": "G-1"}, key=key)
    assert answer.status_code == 201
    told = answer.json()
    assert told["number"] == "R-160628-0001"
    assert [len(group) for group in told["tracking_code"].split()] == [4, 4, 4, 4]
    report = Report.objects.get()
    assert (report.channel, report.source_id, report.organisation.code) == ("grid_worker", "G-1", "control")
    assert Tracking.objects.get().report == report


def test_the_same_key_gives_the_same_answer_and_says_so(key):
    """A partner that lost the answer repeats the request and adds nothing."""
    first = post(WET, key=key)
    again = post(WET, key=key, at=AT.replace(hour=7))
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert Report.objects.count() == 1


def test_another_body_under_the_same_key_is_a_conflict(key):
    """The message says what to do; nothing is stored."""
    post(WET, key=key)
    answer = post(WET | {"depth_cm": 20}, key=key)
    assert (answer.status_code, answer.json()["error"]) == (409, "idempotency_key_reused")
    assert Report.objects.count() == 1


def test_a_report_sent_before_under_its_own_number_is_repeated(key):
    """A new key for an old number answers 200 and tells no second code; a changed report is a conflict."""
    post(WET | {"source_id": "G-1"}, key=key)
    again = post(WET | {"source_id": "G-1"}, key=key, idempotency="k-2")
    assert (again.status_code, again.json()["repeated"], again.json()["tracking_code"]) == (200, True, None)
    other = post(WET | {"source_id": "G-1", "lat": 31.75}, key=key, idempotency="k-3")
    assert (other.status_code, other.json()["error"]) == (409, "id_used")


def test_two_partners_may_use_the_same_numbers(key):
    """Numbers are unique within a partner, and nobody can take another's."""
    post(WET | {"source_id": "1"}, key=key)
    assert post(WET | {"source_id": "1"}, key=make.partner()[1]).status_code == 201
    assert post(WET | {"source": "client:1"}, key=key, idempotency="k-2").json()["error"] == "unknown_field"


@pytest.mark.parametrize(
    ("body", "status", "error", "field"),
    [
        (b"{", 400, "not_json", None),
        (b"\xff\xfe", 400, "not_json", None),
        (b"[]", 400, "not_an_object", None),
        (b'{"lon": NaN}', 400, "not_json", None),
        (b"[" * 90_000, 400, "not_json", None),
        (b'{"depth_cm": ' + b"9" * 5000 + b"}", 400, "not_json", None),
        (b" " * 100_001, 413, "too_large", None),
        (b"{}", 422, "missing", "category"),
        (WET | {"category": 7}, 422, "not_text", "category"),
        (WET | {"category": "war"}, 422, "unknown_category", "category"),
        (WET | {"channel": "phone_110"}, 422, "channel_not_yours", "channel"),
        (WET | {"colour": "red"}, 422, "unknown_field", "colour"),
        (WET | {"photos": []}, 422, "unknown_field", "photos"),
        (WET | {"actor": "system:x"}, 422, "unknown_field", "actor"),
        (WET | {"lon": 10**309}, 422, "not_a_number", "lon"),
        (WET | {"lon": 0}, 422, "outside_city", "lon"),
        (WET | {"crs": ["x"]}, 422, "unknown_crs", "crs"),
        (WET | {"received_at": "2016-06-29T00:00:00+08:00"}, 422, "time_in_future", "received_at"),
        (WET | {"received_at": 1467090000}, 422, "not_a_time", "received_at"),
        (WET | {"words": "x" * 4001}, 422, "too_long", "words"),
        (WET | {"words": "a\0b"}, 422, "nul", "words"),
        (b'{"category": "waterlogging", "lon": 119.97, "lat": 31.76, "words": "\\ud800"}', 422, "not_unicode", "words"),
        (WET | {"source_id": {"a": 1}}, 422, "not_text", "source_id"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_what_to_change(key, body, status, error, field):
    """A 4xx with a stable error, the field and words; nothing is stored."""
    answer = post(body, key=key)
    told = answer.json()
    assert (answer.status_code, told["error"], told["field"]) == (status, error, field)
    assert len(told["message"]) > 10
    assert not Report.objects.exists()
    assert not ReportPersonal.objects.exists()
    assert not LedgerEntry.objects.filter(kind__startswith="intake.").exists()


def test_requests_that_are_no_report(key):
    """A wrong method, content type, key of the partner or idempotency key is named as such."""
    assert post(WET, key="wrong").status_code == 401
    assert post(WET, key=key, kind="text/plain").status_code == 415
    assert post(WET, key=key, idempotency=None).json()["error"] == "idempotency_key"
    assert post(WET, key=key, idempotency="k" * 129).status_code == 400
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/reports")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_failure_of_ours_leaves_nothing_and_tells_nothing(key, monkeypatch, caplog):
    """A 500 as JSON without a trace; the log line has no personal content."""

    def fail(*_args, **_more):
        raise RuntimeError("at Li Si's house")

    monkeypatch.setattr("anlan.intake.actions.storage.ledger.append_columns", fail)
    answer = post(WET | {"words": "at Li Si's house"}, key=key)
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    assert not Report.objects.exists()
    assert not ReportPersonal.objects.exists()
    assert "Li Si" not in answer.content.decode() + caplog.text


def test_a_byte_order_mark_is_none_of_a_line(key):
    """Windows writes one before a file, and so it stands within one that was joined of two; alone it is no line."""
    rows = [json.dumps(WET | {"source_id": f"B-{n}"}).encode() for n in range(3)]
    body = b"\xef\xbb\xbf" + rows[0] + b"\n" + rows[1] + b"\r\n\xef\xbb\xbf" + rows[2] + b"\n\xef\xbb\xbf\r\n"
    told = bulk(body, key=key).json()
    assert (told["lines"], told["accepted"], told["refused_rows"]) == (3, 3, 0)


def test_bulk_takes_the_good_lines_and_names_the_others(key):
    """Lines count from 1 as in the file; an empty line is no row."""
    rows = [json.dumps(WET | {"source_id": str(n)}).encode() for n in range(3)]
    body = b"\n".join([rows[0], b"", rows[1], b"no json", rows[0], json.dumps({**WET, "lon": 0}).encode(), rows[2]])
    answer = bulk(body, key=key)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["lines"], told["accepted"], told["repeated"], told["refused_rows"]) == (6, 3, 1, 2)
    assert [(row["line"], row["field"], row["code"]) for row in told["refused"]] == [
        (4, "", "not_json"),
        (6, "lon", "outside_city"),
    ]
    assert Report.objects.count() == 3


def test_the_same_lines_again_add_nothing(key):
    """With ids or, where there are none, by content."""
    rows = [WET | {"source_id": "a"}, WET | {"words": "deep"}, WET | {"words": "deeper"}]
    assert bulk(rows, key=key).json()["accepted"] == 3
    again = bulk(rows, key=key, at=AT.replace(hour=8)).json()
    assert (again["accepted"], again["repeated"]) == (0, 3)
    assert Report.objects.count() == 3


def test_a_line_without_id_and_time_is_refused(key):
    """Otherwise a second true report could pass for a repeated delivery."""
    row = {name: value for name, value in WET.items() if name != "received_at"}
    answer = bulk([row], key=key)
    assert (answer.status_code, answer.json()["refused"][0]["code"]) == (422, "no_identity")


def test_a_broken_connection_keeps_what_was_stored(key, monkeypatch):
    """The first 500 lines are durable; sending all again adds only the rest."""
    rows = [WET | {"source_id": str(n)} for n in range(700)]
    body = b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    class Breaks(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 600 * len(body) // 700:
                raise OSError("gone")
            return super().read(size)

    with monkeypatch.context() as patched:
        patched.setattr("anlan.intake.views.api.READ_FROM", lambda request: Breaks(body))
        assert bulk(body, key=key).json()["error"] == "broken_connection"
    assert Report.objects.count() == 500
    told = bulk(body, key=key).json()
    assert (told["accepted"], told["repeated"]) == (200, 500)


def test_endless_lines_do_not_fill_the_memory():
    """Two hundred megabytes without a line break are refused as one line, and the next line is read."""

    class Endless:
        def __init__(self):
            self.left = 3200

        def read(self, size):
            self.left -= 1
            if self.left > 0:
                return b"x" * size
            return b'\n{"a": 1}\n' if self.left == 0 else b""

    lines = list(read_lines(Endless()))
    assert [(line.number, line.row) for line in lines] == [(1, None), (2, {"a": 1})]
    assert lines[0].refusal.limits == {"most": LINE_BYTES}


def test_messages_come_in_the_partners_language(key):
    """`Accept-Language` chooses; the code stays the same."""
    answer = post(b"{}", key=key, **{"Accept-Language": "zh-Hans"})
    assert answer.json()["error"] == "missing"
