"""What partner systems call with a key: one report as JSON, or many as NDJSON. `docs/reference/api.md` has examples."""

from __future__ import annotations

from itertools import islice
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _

from anlan.core.models import ApiClient
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import now, stamp
from anlan.core.web.access import partner
from anlan.core.web.api import ApiError, as_json
from anlan.core.web.json_body import read_object
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake import live
from anlan.intake.actions import refused_row
from anlan.intake.files.ndjson import Line, Readable, read_lines
from anlan.intake.public.codes import code_for, grouped
from anlan.intake.rules.reports import FIELDS

BODY_BYTES = 100_000
ROWS_A_WRITE = 500
REFUSED_LISTED = 1000
NDJSON = frozenset({"application/x-ndjson", "application/jsonl", "application/x-jsonlines"})


@partner
@as_json
def reports(request: HttpRequest) -> HttpResponseBase:
    """Receive one report."""
    _require_type(request, frozenset({"application/json"}))
    key = _idempotency_key(request)
    report = with_channel(_body(request), request)
    code, at = code_for(f"api:{actor_of_request(request).name}:{key}"), now()
    result = _receive(report, actor=actor_of_request(request), at=at, key=key, tracking_code=code)
    answer = {
        "number": result["number"],
        "tracking_code": None if result["repeated"] else grouped(code),
        "masked": result["masked"],
        "repeated": result["repeated"],
    }
    replay = {"Idempotent-Replay": "true"} if result["entered_at"] != stamp(at) else {}
    return JsonResponse(answer, status=200 if result["repeated"] else 201, headers=replay)


@partner
@as_json
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Receive reports line by line; every 500 lines are stored before the next are read."""
    _require_type(request, NDJSON)
    counts = {"lines": 0, "accepted": 0, "repeated": 0, "masked": 0, "refused_rows": 0}
    refused: list[dict[str, Any]] = []
    lines = read_lines(READ_FROM(request))
    while batch := list(islice(lines, ROWS_A_WRITE)):
        answer = _receive_lines(batch, request)
        counts["lines"] += len(batch)
        for name in ("accepted", "repeated", "masked"):
            counts[name] += answer[name]
        counts["refused_rows"] += len(answer["refused"])
        refused += answer["refused"][: REFUSED_LISTED - len(refused)]
    if not counts["lines"]:
        raise ApiError(400, "empty", _("The request holds no line."))
    nothing = counts["refused_rows"] == counts["lines"]
    return JsonResponse(counts | {"refused": refused}, status=422 if nothing else 200)


def _receive(report: dict[str, Any], **who: Any) -> dict[str, Any]:
    """Hand on what a stranger sent; names that are not fields of a report are refused, never passed on."""
    for name in report:
        if name not in FIELDS:
            raise Refused("unknown_field", name[:40].replace("\0", ""))
    for name in ("channel", "category"):
        if not isinstance(report.get(name), str):
            raise Refused("missing" if report.get(name) is None else "not_text", name)
    return live.receive(**report, **who)


def _receive_lines(batch: list[Line], request: HttpRequest) -> dict[str, Any]:
    rows, refused = [], []
    for line in batch:
        try:
            if line.row is None:
                raise cast(Refused, line.refusal)
            rows.append(with_channel(line.row, request) | {"line": line.number, "record": line.number})
        except Refused as error:
            refused.append(refused_row({"line": line.number}, error))
    answer = live.receive_many(rows=rows, actor=actor_of_request(request), at=now())
    listed = sorted([*refused, *answer["refused"]], key=lambda row: row["line"])
    names = ("line", "field", "code", "reason")
    return answer | {"refused": [{name: row[name] for name in names} for row in listed]}


def with_channel(report: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    """Return the report as this partner may tell it: its own channel, its own numbers."""
    client = cast(ApiClient, request.client)  # type: ignore[attr-defined]
    if report.get("channel", client.channel) != client.channel:
        raise Refused("channel_not_yours", "channel")
    if "source" in report:
        raise Refused("unknown_field", "source")
    return report | {"channel": client.channel, "source": source_of(actor_of_request(request))}


def source_of(actor: Actor) -> str:
    """Return the name under which a partner's numbers are unique: no other partner can take them."""
    return actor.name


def _require_type(request: HttpRequest, known: frozenset[str]) -> None:
    if request.content_type not in known:
        message = _("Send the body as Content-Type: %(types)s.") % {"types": ", ".join(sorted(known))}
        raise ApiError(415, "wrong_content_type", message, "Content-Type")


def _idempotency_key(request: HttpRequest) -> str:
    key = str(request.META.get("HTTP_IDEMPOTENCY_KEY", "")).strip()
    if not (1 <= len(key) <= 128 and key.isascii() and key.isprintable()):
        message = _("Send an Idempotency-Key of 1 to 128 ASCII characters, a new one for each report.")
        raise ApiError(400, "idempotency_key", message, "Idempotency-Key")
    return key


def _body(request: HttpRequest) -> dict[str, Any]:
    text = READ_FROM(request).read(BODY_BYTES + 1)
    if len(text) > BODY_BYTES:
        message = _("The body is too large: at most %(most)s bytes.") % {"most": BODY_BYTES}
        raise ApiError(413, "too_large", message)
    return read_object(text)


def _stream(request: HttpRequest) -> Readable:
    """Return the body as a stream. A chunked one has no length, so Django would read nothing of it."""
    chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    if chunked and "wsgi.input" in request.META:
        return cast(Readable, request.META["wsgi.input"])
    return cast(Readable, request)


READ_FROM = _stream
urlpatterns = [
    path("api/reports", reports, name="api_reports"),
    path("api/reports/bulk", bulk, name="api_bulk"),
]
