"""The history of one report, as the ledger tells it: posts, never persons."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.labels import label_of
from anlan.core.models import ApiClient, LedgerEntry, Membership
from anlan.core.people.roles import Role
from anlan.core.sealed.purposes import ErasureReason, Purpose
from anlan.core.words import area_label
from anlan.intake.models import Report
from anlan.intake.queries.questions import questions
from anlan.intake.states import CallBack
from anlan.intake.words import listed, said


@dataclass(frozen=True)
class Event:
    """One line of the history, with its place in the ledger."""

    what: str
    more: str
    who: str
    at: dt.datetime
    position: int | None
    number: str = ""  # another report that this line leads to


def history(report: Report) -> list[Event]:
    """Return what was done to a report, the latest first."""
    entries = LedgerEntry.objects.filter(subject=f"report:{report.number}").select_related("placed").order_by("-id")
    return [_event(entry) for entry in entries]


def _event(entry: LedgerEntry) -> Event:
    payload = json.loads(entry.payload)
    placed = getattr(entry, "placed", None)
    return Event(
        what=label_of(entry.kind),
        more=_more(entry.kind, payload),
        who=who(entry.actor),
        at=dt.datetime.fromisoformat(entry.at),
        position=placed.position if placed else None,
        number=payload.get("number", "") if entry.kind == "intake.report_added_to" else "",
    )


def _more(kind: str, payload: dict[str, Any]) -> str:
    if kind in {"intake.personal_read", "intake.photo_read"}:
        work = payload.get("incident", "")  # named where the words opened in place
        return " ".join(part for part in (_label(Purpose, payload.get("purpose", "")), work) if part)
    if kind == "intake.report_erased":
        return _label(ErasureReason, payload.get("reason", ""))
    if kind == "intake.validity_set":
        before, after = (_label(Report.Validity, payload.get(end, "")) for end in ("from", "to"))
        return f"{before} → {after}"
    if kind == "intake.called_back":
        return _label(CallBack, payload["outcome"])
    if kind == "intake.questions_answered":
        return listed(said(question) for question in questions() if question.code in payload["answers"])
    if kind == "intake.report_received" and payload.get("masked"):
        return _("an ID number was masked")
    return ""


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def who(actor: str) -> str:
    """Name an actor by post: role and organisation, never the person."""
    kind, _colon, pk = actor.partition(":")
    if kind == "public":
        return _("the reporter")
    if kind == "system":
        return _("Anlan (%(part)s)") % {"part": pk}
    if kind == "client":
        client = ApiClient.objects.filter(pk=pk).first()
        return client.name if client else actor
    held = Membership.objects.filter(person_id=pk).select_related("organisation").first()
    if held is None:
        return _("a former post")
    return _("%(role)s, %(organisation)s") % {
        "role": Role(held.role).label,
        "organisation": area_label(held.organisation),
    }
