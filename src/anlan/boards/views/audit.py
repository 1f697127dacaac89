"""The ledger, openings of personal content and seals: what an auditor sees first. Nobody's acts are counted."""

from __future__ import annotations

import datetime as dt
import re
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from anlan.boards.queries.audit import (
    Left,
    entries_of,
    erasings,
    exports,
    found_by,
    kinds,
    left_by,
    openings,
    posts,
    seals_of,
    since,
    until,
    way_back,
    with_posts,
)  # fmt: skip
from anlan.boards.queries.openings import Opening, to_ask, with_hints
from anlan.boards.words import hint_words
from anlan.core.labels import label_of
from anlan.core.ledger import head_position, heads, seals, triggers, watch
from anlan.core.ledger.entries import canonical
from anlan.core.ledger.faults import Fault, fault_of
from anlan.core.models import LedgerSeal
from anlan.core.pages import Column, Empty, Filter, Link, ListPage, Tab
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.numbers import Found, find
from anlan.core.words import figure

HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
LATEST: Final = 6  # kept heads on the page
HINT: Final = _("Number, kind or position")


def _cause(left: Left) -> SafeString:
    """Lead to the entry from which another follows, and to the whole way back."""
    if not left.cause:
        return SafeString("")
    return format_html('<a href="?q={0}">{1}</a> <a class="way" href="?back={2}" title="{3}" aria-label="{3}">↰</a>',
                       left.cause, figure(left.cause), left.position, _("Follow the cause back"))  # fmt: skip


def _actor(left: Left) -> SafeString:
    """Lead from a post to all that the same actor left."""
    number = left.entry.actor.partition(":")[2]
    if not number.isdecimal():
        return format_html("{}", left.by)
    asked, name = urlencode({"by": left.entry.actor}), _("No. %(number)s") % {"number": number}
    return format_html('{}<br><small><a class="soft" href="?{}">{}</a></small>', left.by, asked, name)


def _subject(left: Left) -> SafeString:
    """Lead to all that was done with a record."""
    asked, (noun, number) = urlencode({"q": left.entry.subject}), left.record
    if not number:
        return format_html('<a href="?{}">{}</a>', asked, noun)
    return format_html('{} <a class="code nowrap" href="?{}">{}</a>', noun, asked, number)


def _hint(opening: Opening) -> SafeString:
    """Draw what may be asked."""
    mark = "warn" if opening.hint and opening.hint.asks else "calm"
    return format_html('<span class="state {}">{}</span>' if opening.hint else "{1}", mark, hint_words(opening.hint))


def _digest(left: Left) -> SafeString:
    """Draw the beginning of a file's digest, which is enough to tell two files apart."""
    return format_html('<span title="{}">{} {}</span>' if left.digest else "—", left.digest, left.digest[:4],
                       left.digest[4:8])  # fmt: skip


MOST: Final = 10_000  # rows of a download
PERIOD: Final = [Filter("since", _("From"), "", narrow=since, typed="date"),
                 Filter("until", _("To"), "", narrow=until, typed="date")]  # fmt: skip
SHARED: Final = [
    Column(pgettext_lazy("ledger", "Position"), lambda left: left.position, "n num"),
    Column(_("Time"), lambda left: left.at, "num nowrap", head=True),
]
BY: Final = Column(_("By"), lambda left: left.by)
RECORD: Final = Column(pgettext_lazy("ledger", "Record"), lambda left: left.entry.subject, draw=_subject)
SEALS = ListPage(
    _("Seals"), seals_of,
    [Column(_("Sealed to"), lambda seal: seal.last, "n num", head=True),
     Column(_("From"), lambda seal: seal.first, "n num"),
     Column(_("Algorithm"), lambda seal: seal.algorithm),
     Column(_("Hash"), lambda seal: seal.hash, "code")],
    most=MOST,
)  # fmt: skip
OPENINGS = ListPage(
    _("Openings of personal content"), lambda actor: entries_of(actor).filter(openings()),
    [*SHARED, BY,
     Column(pgettext_lazy("personal content", "Opened"), lambda left: left.opened),
     RECORD,
     Column(_("Purpose"), lambda left: left.purpose),
     Column(pgettext_lazy("opening", "Hint"), lambda opening: hint_words(opening.hint), draw=_hint)],
    Empty(_("Nobody has opened personal content.")), shape=with_hints, search=found_by, hint=HINT, most=MOST,
    filters=[*PERIOD, Filter("hint", pgettext_lazy("opening", "Hint"), _("All openings"),
                             lambda reader: [("ask", _("Only where one may ask"))], narrow=to_ask)],
    note=_("A hint says where somebody may ask; it is no verdict. Nobody's openings are counted."),
)  # fmt: skip
ERASINGS = ListPage(
    _("Erased personal content"), lambda actor: entries_of(actor).filter(erasings()),
    [*SHARED, BY, RECORD,
     Column(_("Reason"), lambda left: left.reason)],
    Empty(_("No personal content was erased.")), shape=with_posts, search=found_by, hint=HINT, filters=PERIOD,
    most=MOST,
)  # fmt: skip
EXPORTS = ListPage(
    _("Downloads with personal content"), lambda actor: entries_of(actor).filter(exports()),
    [*SHARED, BY,
     Column(_("Downloaded"), lambda left: label_of(left.entry.kind)),
     Column(_("Rows"), lambda left: left.rows, "n num"),
     Column(_("Narrowed by"), lambda left: left.narrowed),
     Column(_("Digest of the file"), lambda left: left.digest, "code", draw=_digest)],
    Empty(_("No list with personal content was downloaded.")), shape=with_posts, filters=PERIOD, most=MOST,
    note=_("A list of people or of messages leaves an entry when it is downloaded; a list without personal content"
           " leaves none."),
)  # fmt: skip
AUDIT = ListPage(
    _("Ledger"), entries_of,
    [*SHARED,
     Column(_("Entry"), lambda left: label_of(left.entry.kind)),
     Column(_("By"), lambda left: left.by, draw=_actor),
     Column(_("Actor"), lambda left: left.entry.actor, on_page=False),
     RECORD,
     Column(_("Follows from"), lambda left: left.cause, "n num nowrap", draw=_cause)],
    Empty(_("Nothing stands in the ledger yet.")),
    filters=[Filter("by", pgettext_lazy("ledger", "Post"), _("All posts"), posts, narrow=left_by),
             Filter("kind", _("Entry"), _("All entries"), kinds, "kind"),
             *PERIOD, Filter("back", "", "", narrow=way_back, typed="hidden")],
    tabs=[Tab("entries", _("Entries")), Tab("openings", _("Openings"), page=OPENINGS),
          Tab("erasings", _("Erased"), page=ERASINGS), Tab("exports", _("Downloads"), page=EXPORTS),
          Tab("seals", _("Seals"), page=SEALS)],
    counted=False, shape=with_posts, search=found_by, hint=HINT, most=MOST, unsaid=["by"],
    links=[Link(_("Messages"), "core:messages")],
    note=_("The ledger holds numbers, kinds and salted hashes, no words, names or telephones."),
)  # fmt: skip


@roles(Role.AUDITOR)
@never_cache
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show the ledger and how it is sealed."""
    last, position = seals.head(), head_position()
    sealed_at = dt.datetime.fromisoformat(last.sealed_at) if last else None
    context: dict[str, Any] = {
        "last": last, "sealed_at": sealed_at, "position": position,
        "faults": [fault_of(text) for text in triggers.faults()], "named": _named(request),
        "unsealed": position - (last.last if last else 0), "verified": watch.last_found(), "running": watch.running(),
        "kept": list(islice(filter(None, reversed(list(heads.kept()))), LATEST)),
        "compared": _compared(request.GET.get("head", "").strip().lower()),
        "record": _record(request), "back": request.GET.get("back", ""),
    }  # fmt: skip
    return AUDIT.answer(request, "boards/audit.html", **context)


def _record(request: HttpRequest) -> Found | None:
    """Return the record whose entries are looked for, if its page is open to this person."""
    words = request.GET.get("q", "").strip()[:80].rpartition(":")[2]
    return find(words, actor_of_request(request)) if words else None


def _named(request: HttpRequest) -> list[tuple[Fault, Found | None]]:
    """Return the faults that the last verification named, each with the page of the record that it lies in."""
    last, actor = watch.last_found(), actor_of_request(request)
    faults = [fault_of(text) for text in last.named] if last else []
    return [(fault, find(fault.number, actor) if fault.number else None) for fault in faults]


def _compared(head: str) -> dict[str, Any] | None:
    """Compare a head that was kept elsewhere with the chain: its hash, or the line that was taken away."""
    if not head:
        return None
    found = HASH.search(head)
    seals_of_head = LedgerSeal.objects.defer("marks").filter(hash=found[0]) if found else LedgerSeal.objects.none()
    return {"head": found[0] if found else head, "is_head": bool(found), "seal": seals_of_head.first()}


@require_POST
@roles(Role.AUDITOR)
def verify(request: HttpRequest) -> HttpResponse:
    """Have the ledger and its evidence verified."""
    watch.ask_to_verify(actor=actor_of_request(request), at=now())
    return redirect("boards:audit")


@require_POST
@roles(Role.AUDITOR)
def head(request: HttpRequest) -> HttpResponse:
    """Hand over the last seal as a line of the file of kept heads."""
    try:
        taken = heads.take_head(actor=actor_of_request(request), at=now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("boards:audit")
    named = {"Content-Disposition": f'attachment; filename="anlan-head-{taken["position"]}.jsonl"'}
    return HttpResponse(f"{canonical(taken)}\n", content_type="application/x-ndjson", headers=named)


urlpatterns = [
    path("audit/", audit, name="audit"),
    path("audit/verify", verify, name="audit_verify"),
    path("audit/head", head, name="audit_head"),
]
