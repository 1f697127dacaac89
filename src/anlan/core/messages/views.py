"""The operator's list of messages, a contact with its address closed, and the receipts that gateways send."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.messages.access import MANAGES, READS
from anlan.core.messages.actions import receipt
from anlan.core.messages.contacts import read_address
from anlan.core.messages.purposes import PURPOSES
from anlan.core.messages.queries import VIEWS, contact_seen, messages_of, stamps
from anlan.core.messages.words import REASONS, addressee, view_words
from anlan.core.models import ContactAddress, Message
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import partner, roles
from anlan.core.web.api import ApiError, as_json
from anlan.core.web.middleware.access import actor_of_request

PAGE = 50
BODY_BYTES = 10_000
OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
FIELDS = {"id", "state", "at", "reason"}


@require_safe
@roles(*READS)
def messages(request: HttpRequest) -> HttpResponse:
    """List the messages: state, purpose, template and to whom, never an address."""
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    actor = actor_of_request(request)
    page = Paginator(messages_of(actor, view), PAGE).get_page(request.GET.get("page"))
    tabs = [(name, view_words(name), name == view) for name in VIEWS]
    context = {"page": page, "rows": [_row(message) for message in page.object_list], "tabs": tabs,
               "query": f"view={view}", "may_open": bool(actor.roles & set(MANAGES))}  # fmt: skip
    return render(request, "core/messages/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*MANAGES)
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Show whom a contact reaches and what it consented to; a POST with a purpose opens the address, once."""
    actor, status, address, opened, error = actor_of_request(request), 200, None, False, ""
    found = contact_seen(contact_id)
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            asked = request.POST.get("purpose", "")
            address, opened = read_address(contact_id=contact_id, purpose=asked, actor=actor, at=now()), True
        except Refused as refusal:
            status, error = 422, str(refusal)
    consents = [(given, _purpose(given.purpose)) for given in found.consents.all()]
    context = {"contact": found, "to": addressee(found), "consents": consents, "address": address, "opened": opened,
               "purposes": ContactAddress.SEAL.purpose_choices, "error": error}  # fmt: skip
    response = render(request, "core/messages/contact.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _row(message: Message) -> dict[str, Any]:
    reason = REASONS.get(message.reason, message.reason) if message.state in {"failed", "withheld"} else ""
    return {"message": message, "state": message.state, "reason": reason, "to": addressee(message.contact),
            "purpose": _purpose(message.purpose), "stamps": stamps(message)}  # fmt: skip


def _purpose(code: str) -> str:
    return str(PURPOSES[code].label) if code in PURPOSES else code


@partner
@as_json
def receipts(request: HttpRequest) -> HttpResponseBase:
    """Take one receipt: what a gateway heard of a message, and when; again it is the same."""
    body = _body(request)
    new = receipt(
        reference=body["id"], state=body["state"], happened_at=_moment(body["at"]),
        reason=body.get("reason", ""), actor=actor_of_request(request), at=now(),
    )  # fmt: skip
    return JsonResponse({"id": body["id"], "state": body["state"], "repeated": not new})


def _body(request: HttpRequest) -> dict[str, str]:
    """Return the fields of a receipt, all of them texts."""
    text = request.read(BODY_BYTES + 1)
    if len(text) > BODY_BYTES:
        raise ApiError(413, "too_large", _("The body is too large: at most %(most)s bytes.") % {"most": BODY_BYTES})
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ApiError(400, "not_json", _("Send one JSON object.")) from None
    if not isinstance(body, dict):
        raise ApiError(400, "not_an_object", _("Send one JSON object."))
    for name in (*sorted(FIELDS - {"reason"}), *body):
        if name not in FIELDS or not isinstance(body.get(name), str):
            raise ApiError(422, "unfit_field", _("A receipt has the texts id, state, at, and maybe reason."), name[:40])
    return body


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text).astimezone(dt.UTC) if text[10:] else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not OFFSET.search(text):
        raise Refused("receipt_time", "at")
    return moment


urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/contacts/<int:contact_id>", contact, name="contact"),
    path("api/messages/receipts", receipts, name="api_receipts"),
]
