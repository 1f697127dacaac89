"""What happened to an incident, as its ledger entries tell it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from anlan.core.city.current import organisations
from anlan.core.models import LedgerEntry
from anlan.core.words import area_label
from anlan.intake.queries.categories import categories
from anlan.intake.queries.questions import questions
from anlan.intake.words import label, listed, said
from anlan.triage.models import Incident
from anlan.triage.moves import INCIDENTS
from anlan.triage.words import happened, urgency_words

REOPENED, DECIDED = "triage.incident_reopened", "triage.incident_arbitrated"
SENT_BACK = ("triage.incident_returned", "triage.incident_disputed")


def history(incident: Incident) -> list[dict[str, Any]]:
    """Return what its entries say in the page's language, the latest first, with the reason that was given for each.

    Reasons stand in the incident's own rows and in no entry; of several reopenings the last one's is kept.
    """
    names = {organisation.code: area_label(organisation) for organisation in organisations()}
    kinds = {category.code: label(category) for category in categories()}
    entries = LedgerEntry.objects.filter(subject=incident.subject).order_by("-id")
    why = _reasons(incident)
    events, depths = [], _added(incident)
    for entry in entries:
        at = dt.datetime.fromisoformat(entry.at)
        payload = _named(json.loads(entry.payload), names, kinds)
        what = happened(entry.kind + _as_added(entry.kind, payload, depths), payload)
        # each reason is said once, at the last entry that it can belong to
        events.append({"what": what, "at": at, "kind": entry.kind, "why": why.pop((entry.kind, at), "")})
        if entry.kind == REOPENED:
            events[-1]["why"] = why.pop((REOPENED, None), "")
    return events


def _added(incident: Incident) -> dict[str, int | None]:
    """Return the numbers of what reporters added to their own reports, with how deep the water is by it."""
    added = incident.links.filter(report__addition__isnull=False)
    return dict(added.values_list("report__number", "report__depth_cm"))


def _as_added(kind: str, payload: dict[str, Any], depths: dict[str, int | None]) -> str:
    """Return how an entry that links a report is told where its reporter had told of the same before."""
    if kind != "triage.incident_report_linked" or payload["report"] not in depths:
        return ""
    payload["depth"] = depths[payload["report"]]
    return ".added" if payload["depth"] is None else ".depth" if payload["depth"] else ".gone"


def _reasons(incident: Incident) -> dict[tuple[str, dt.datetime | None], str]:
    """Return why it was returned, disputed, decided or reopened, by the kind of the entry and its moment."""
    found: dict[tuple[str, dt.datetime | None], str] = {(REOPENED, None): incident.reopened_because}
    for handover in incident.handovers.all():
        if not handover.reason:
            continue
        if handover.returned_at:
            found |= {(kind, handover.returned_at): handover.reason for kind in SENT_BACK}
        else:
            found[DECIDED, handover.at] = handover.reason
    return found


def said_of(entries: Sequence[LedgerEntry]) -> list[tuple[LedgerEntry, str]]:
    """Return what entries of several incidents say in the page's language."""
    if not entries:
        return []
    names = {organisation.code: area_label(organisation) for organisation in organisations()}
    return [(entry, happened(entry.kind, _named(json.loads(entry.payload), names, {}))) for entry in entries]


def _named(payload: dict[str, Any], names: dict[str, str], categories: dict[str, str]) -> dict[str, Any]:
    """Return a payload with names in place of codes."""
    payload |= {key: names.get(payload[key], payload[key]) for key in ("to", "by") if key in payload}
    payload |= {key: categories.get(payload[key], payload[key]) for key in ("category", "at_call") if key in payload}
    if "move" in payload:
        made = INCIDENTS[payload["move"]]
        payload |= {"move": made.label or made.said}
    if codes := payload.get("answers"):
        payload["answers"] = listed(said(each) for each in questions() if each.code in codes)
    return payload | ({"urgency": urgency_words(payload["urgency"])} if "urgency" in payload else {})
