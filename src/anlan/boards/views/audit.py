"""The ledger, openings of personal content and seals: what an auditor sees first. Nobody's acts are counted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.boards.queries.audit import entries_of, found_by, openings, seals_of, with_posts
from anlan.core.ledger import head_position, seals, triggers
from anlan.core.pages import Column, Empty, Link, ListPage, Tab
from anlan.core.people.roles import Role
from anlan.core.web.access import roles

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
    Empty(_("Nobody has opened personal content.")), shape=with_posts, search=found_by, hint=_("Number or kind"),
)  # fmt: skip
AUDIT = ListPage(
    _("Ledger"), entries_of,
    [*SHARED,
     Column(_("Entry"), lambda left: left.entry.kind, "code"),
     Column(_("By"), lambda left: left.by, under=lambda left: left.entry.actor),
     Column(_("Record"), lambda left: left.entry.subject, "nowrap"),
     Column(_("Follows from"), lambda left: left.entry.cause_id, "n num")],
    tabs=[Tab("entries", _("Entries")), Tab("openings", _("Openings of personal content"), page=OPENINGS),
          Tab("seals", _("Seals"), page=SEALS)],
    counted=False, shape=with_posts, search=found_by, hint=_("Number or kind"),
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
        "unsealed": position - (last.last if last else 0),
    }  # fmt: skip
    return AUDIT.answer(request, "boards/audit.html", **context)


urlpatterns = [path("audit/", audit, name="audit")]
