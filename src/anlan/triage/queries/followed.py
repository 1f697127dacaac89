"""What a reporter's tracking code follows: the first report, or what they said anew after the matter was over."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from anlan.core.models import LedgerEntry
from anlan.intake.models import Addition, Report
from anlan.intake.states import COUNTED, Validity
from anlan.triage.models import Incident
from anlan.triage.states import State

OBJECTED = "triage.incident_objected"
ENDED = ("triage.incident_resolved", "triage.incident_closed")


@dataclass(frozen=True)
class Objection:
    """That a reporter says that a matter is not put right, with their words if they wrote any, and who had ended it."""

    report: str
    with_words: bool
    ended_by: str  # the actor's name in the ledger


def current(first: Report) -> Report:
    """Return the report by which the matter of a first report is followed now."""
    anew = Addition.objects.filter(first=first, report__validity=Validity.VALID).select_related("report__category")
    last = anew.order_by("-pk").first()
    return last.report if last else first


def family_of(report_id: int) -> Q:
    """Return which reports came under the tracking code of one, itself among them."""
    first = Addition.objects.filter(report=report_id).values_list("first", flat=True).first() or report_id
    return Q(pk=first) | Q(pk__in=Addition.objects.filter(first=first).values("report"))  # joined, all would be read


def kin(report: Report) -> QuerySet[Report]:
    """Return what else came under the same tracking code and was never put to an incident."""
    family = Report.objects.filter(family_of(report.pk), validity__in=COUNTED, links=None)
    return family.exclude(pk=report.pk).order_by("pk")


def objections(incidents: Collection[Incident]) -> dict[str, Objection]:
    """Return what waits for a decision: by subject, the objection because of which an incident was reopened."""
    subjects = [incident.subject for incident in incidents if incident.state == State.REOPENED]
    if not subjects:
        return {}
    entries = LedgerEntry.objects.filter(subject__in=subjects, kind__in=[*ENDED, OBJECTED, "triage.incident_reopened"])
    ended_by: dict[str, str] = {}
    found: dict[str, Objection] = {}
    objected: dict[str, Objection] = {}
    for subject, kind, actor, payload in entries.order_by("pk").values_list("subject", "kind", "actor", "payload"):
        if kind in ENDED:
            ended_by[subject] = actor
        elif kind == OBJECTED:
            said = json.loads(payload)
            objected[subject] = Objection(said["report"], said["words"], ended_by.get(subject, ""))
        else:  # reopened: by that word, or by the desk itself
            found.pop(subject, None)
            if subject in objected:
                found[subject] = objected.pop(subject)
    return found
