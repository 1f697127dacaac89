"""The list of incidents: with us, all that is open, closed."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Column, Empty, Link, Listing, ListPage, Reader, Tab
from anlan.core.words import area_label
from anlan.intake.words import label
from anlan.triage.access import is_mover
from anlan.triage.lines import Timed, item
from anlan.triage.models import OPEN, Incident
from anlan.triage.queries.clocks import clocks_of
from anlan.triage.queries.incidents import listed
from anlan.triage.states import State


def _timed(found: Sequence[Incident], reader: Reader) -> list[Timed]:
    runs = clocks_of(found)
    return [Timed(incident, runs.get(incident.subject)) for incident in found]


def _usual(reader: Reader) -> str:
    """Return what one's own organisation holds, for those who move incidents."""
    return "mine" if is_mover(reader.actor) else "open"


def _empty(reader: Reader) -> Empty:
    if reader.asked.get("list", _usual(reader)) == "mine":
        every = Link(_("All open"), lambda reader: f"{reverse('triage:incidents')}?list=open")
        return Empty(_("What is handed to your organisation appears here, with its deadline."),
                     _("Nothing waits for you"), every, "high")  # fmt: skip
    return Empty(_("Open one from a report: it shows which others near it may tell of the same."),
                 _("No incident here"), Link(_("Reports"), "intake:reports", primary=True), "high")  # fmt: skip


OPEN_ONES = Q(state__in=OPEN)  # named one by one, so that the index over states is used
INCIDENT_LIST = ListPage(
    _("Incidents"), listed, shape=_timed, item=lambda timed, reader: item(timed, reader.at), empty=_empty,
    tab="list", first=_usual,
    counted=False,  # of years there are many, and they are counted one tab at a time
    to=lambda incident: reverse("triage:incident", args=[incident.number]),
    tabs=[Tab("mine", _("With us"), lambda reader: OPEN_ONES & Q(owner_id__in=reader.actor.organisation_ids)),
          Tab("open", _("All open"), OPEN_ONES),
          Tab("closed", _("Closed"), Q(state=State.CLOSED), order=("-closed_at", "-pk")),
          Tab("diverted", _("Diverted"), Q(diverted=True), order=("-opened_at", "-pk"))],
    columns=[
        Column(_("Number"), lambda timed: timed.incident.number),
        Column(_("Category"), lambda timed: label(timed.incident.category)),
        Column(_("Urgency"), lambda timed: timed.incident.urgency),
        Column(_("State"), lambda timed: timed.incident.get_state_display()),
        Column(_("Held by"), lambda timed: area_label(timed.incident.owner)),
        Column(_("Opened at"), lambda timed: timed.incident.opened_at),
        Column(_("Deadline"), lambda timed: timed.run and timed.run.due_at),
        Column(_("Closed at"), lambda timed: timed.incident.closed_at),
        Column(_("Reports"), lambda timed: timed.incident.reports),
    ],
)  # fmt: skip


def listing_of(request: HttpRequest, chosen: str = "") -> Listing:
    """Return the list that the address asks for, beside the incident that is chosen."""
    return Listing(INCIDENT_LIST, Reader.of(request), reverse("triage:incidents"), chosen)
