"""The ledger, openings of personal content and seals: what an auditor sees first. Nobody's acts are counted."""

from __future__ import annotations

import datetime as dt
import re
from itertools import islice
from typing import Any, Final

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

from anlan.boards.queries.audit import Left, entries_of, erasings, found_by, openings, seals_of, with_posts
from anlan.core.ledger import head_position, heads, seals, triggers, watch
from anlan.core.ledger.entries import canonical
from anlan.core.models import LedgerSeal
from anlan.core.pages import Column, Empty, Link, ListPage, Tab
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request

HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")
LATEST: Final = 6  # kept heads on the page
HINT: Final = _("Number, kind or position")


def _cause(left: Left) -> SafeString:
    """Lead to the entry from which another follows."""
    return format_html('<a href="?q={0}">{0}</a>', left.cause) if left.cause else SafeString("")


SHARED = [
    Column(pgettext_lazy("ledger", "Position"), lambda left: left.position, "n num"),
    Column(_("Time"), lambda left: left.at, "num nowrap", head=True),
]
SEALS = ListPage(
    _("Seals"), seals_of,
    [Column(_("Sealed to"), lambda seal: seal.last, "n num", head=True),
     Column(_("From"), lambda seal: seal.first, "n num"),
     Column(_("Algorithm"), lambda seal: seal.algorithm),
     Column(_("Hash"), lambda seal: seal.hash, "code")],
)  # fmt: skip
OPENINGS = ListPage(
    _("Openings of personal content"), lambda actor: entries_of(actor).filter(openings()),
    [*SHARED,
     Column(_("By"), lambda left: left.by),
     Column(_("Opened"), lambda left: left.opened),
     Column(_("Record"), lambda left: left.entry.subject, "nowrap"),
     Column(_("Purpose"), lambda left: left.purpose)],
    Empty(_("Nobody has opened personal content.")), shape=with_posts, search=found_by, hint=HINT,
)  # fmt: skip
ERASINGS = ListPage(
    _("Erased personal content"), lambda actor: entries_of(actor).filter(erasings()),
    [*SHARED,
     Column(_("By"), lambda left: left.by),
     Column(_("Record"), lambda left: left.entry.subject, "nowrap"),
     Column(_("Reason"), lambda left: left.reason)],
    Empty(_("No personal content was erased.")), shape=with_posts, search=found_by, hint=HINT,
)  # fmt: skip
AUDIT = ListPage(
    _("Ledger"), entries_of,
    [*SHARED,
     Column(_("Entry"), lambda left: left.entry.kind, "code"),
     Column(_("By"), lambda left: left.by, under=lambda left: left.entry.actor),
     Column(_("Record"), lambda left: left.entry.subject, "nowrap"),
     Column(_("Follows from"), lambda left: left.cause, "n num", draw=_cause)],
    tabs=[Tab("entries", _("Entries")), Tab("openings", _("Openings of personal content"), page=OPENINGS),
          Tab("erasings", _("Erased"), page=ERASINGS), Tab("seals", _("Seals"), page=SEALS)],
    counted=False, shape=with_posts, search=found_by, hint=HINT,
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
        "last": last, "sealed_at": sealed_at, "position": position, "faults": triggers.faults(),
        "unsealed": position - (last.last if last else 0), "verified": watch.last_found(),
        "running": watch.running(),
        "kept": list(islice(filter(None, reversed(list(heads.kept()))), LATEST)),
        "compared": _compared(request.GET.get("head", "").strip().lower()),
    }  # fmt: skip
    return AUDIT.answer(request, "boards/audit.html", **context)


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
