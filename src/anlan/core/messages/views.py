"""The operator's list of messages, a contact with its address closed, and the receipts that gateways send."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.core.messages.access import MANAGES, READS
from anlan.core.messages.actions import receipt
from anlan.core.messages.contacts import read_address
from anlan.core.messages.purposes import PURPOSES
from anlan.core.messages.queries import IN_VIEW, contact_seen, messages_of, stamps
from anlan.core.messages.words import REASONS, VIEW_WORDS, addressee
from anlan.core.models import ContactAddress, Message
from anlan.core.pages import Column, Empty, ListPage, Reader, Tab, tabulated
from anlan.core.pages.cells import on_page
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import partner, roles
from anlan.core.web.api import ApiError, as_json
from anlan.core.web.json_body import read_object
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import moment

BODY_BYTES = 10_000
OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
FIELDS = {"id", "state", "at", "reason"}


def _reason(message: Message) -> str:
    return str(REASONS.get(message.reason, message.reason)) if message.state in {"failed", "withheld"} else ""


def _purpose(code: str) -> str:
    return str(PURPOSES[code].label) if code in PURPOSES else code


def _stamps(message: Message) -> SafeString:
    parts = ((label, moment(at)) for label, at in stamps(message))
    return format_html_join("", '<span class="nowrap">{} {}</span><br>', parts) or on_page(None)


def _manages(reader: Reader) -> bool:
    return bool(reader.actor.roles & set(MANAGES))


TO = Column(pgettext_lazy("a message", "To"), lambda message: addressee(message.contact),
            under=lambda message: message.contact.get_kind_display())  # fmt: skip
MESSAGES = ListPage(  # state, purpose, template and to whom, never an address
    title=lazy("Messages"), rows=messages_of, caption=lazy("Word sent to contacts"),
    tabs=[Tab(name, words, IN_VIEW[name]) for name, words in VIEW_WORDS.items()], tab="view",
    personal="core.messages_downloaded",  # it names who has a log-in here, and what word they got
    first=lambda reader: "all",
    columns=[
        Column(lazy("Asked for"), lambda message: message.asked_at, "num nowrap", head=True, sort="asked_at"),
        Column(lazy("State"), lambda message: message.state.label, under=_reason),
        Column(pgettext_lazy("a message", "Purpose"), lambda message: _purpose(message.purpose)),
        Column(lazy("Template"), lambda message: message.template, "code"),
        replace(TO, link=lambda message: reverse("core:contact", args=[message.contact_id]), when=_manages),
        replace(TO, when=lambda reader: not _manages(reader)),
        Column(lazy("Stamps"), draw=_stamps, css="soft num"),
    ],
    empty=Empty(lazy("No message here. Word is sent only to contacts who consented to its purpose.")),
)  # fmt: skip


CONSENTS = [
    Column(pgettext_lazy("a message", "Purpose"), lambda consent: _purpose(consent.purpose), head=True),
    Column(pgettext_lazy("consent", "Given"), lambda consent: consent.at, "num"),
    Column(pgettext_lazy("consent", "How"), lambda consent: consent.get_how_display()),
    Column(pgettext_lazy("consent", "Withdrawn"), lambda consent: consent.withdrawn_at, "num"),
]


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
    context = {"contact": found, "to": addressee(found), "purposes": ContactAddress.SEAL.purpose_choices,
               "table": tabulated(CONSENTS, list(found.consents.all())),
               "address": address, "opened": opened, "error": error}  # fmt: skip
    response = render(request, "core/messages/contact.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


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
    body = read_object(text)
    for name in (*sorted(FIELDS - {"reason"}), *body):
        if name not in FIELDS or not isinstance(body.get(name), str) or "\0" in body[name]:
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
    path("messages/", MESSAGES.view(roles(*READS)), name="messages"),
    path("messages/contacts/<int:contact_id>", contact, name="contact"),
    path("api/messages/receipts", receipts, name="api_receipts"),
]
