"""What triage tells somebody of the incidents that their organisation holds, and what its moves are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Exists, OuterRef
from django.db.models.functions import Substr
from django.urls import reverse

from anlan.core.people.actors import Actor
from anlan.core.web.matters import MOST
from anlan.core.web.recent import Line, deeds, entries_since, labels, news
from anlan.triage.models import Incident
from anlan.triage.moves import INCIDENTS
from anlan.triage.queries.history import said_of
from anlan.triage.words import NOTED

# What others do with an incident and its holder has to know, with the mark of the line.
TOLD: Final = {"triage.incident_returned": "warn", "triage.incident_disputed": "warn",
               "triage.incident_arbitrated": "done", "triage.incident_reopened": "late"}  # fmt: skip
OPENED: Final = "triage.incident_opened"


def _found(number: str, payload: object = None) -> tuple[str, str]:
    return number, reverse("triage:incident", args=[number])


deeds("triage", "incident", labels(INCIDENTS) | {OPENED: NOTED[OPENED]}, _found)


@news("triage")
def told(actor: Actor, since: dt.datetime) -> Iterator[Line]:
    """Tell whoever holds an incident that it came back, was decided or begins anew; not what they did themselves."""
    of = Substr(OuterRef("subject"), len("incident:") + 1)
    held = Incident.objects.visible_to(actor).filter(number=of, owner__in=actor.organisation_ids)
    others = entries_since(since, TOLD).exclude(actor=actor.name)
    for entry, words in said_of(list(others.filter(Exists(held))[:MOST])):
        number, url = _found(entry.subject.partition(":")[2])
        yield Line(dt.datetime.fromisoformat(entry.at), number, url, words, mark=TOLD[entry.kind])
