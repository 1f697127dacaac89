"""What a reporter is told of the incident: who deals with it, what comes next and by when, what came of it.

Of what goes on between organisations only to whom it was handed; never a reason, an address or an inner number.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.utils.translation import pgettext as p

from anlan.core.city.current import organisations
from anlan.core.models import LedgerEntry
from anlan.core.time import deadlines
from anlan.core.time.clock import now
from anlan.core.time.clocks import running_on
from anlan.core.web.slots import fill
from anlan.core.words import area_label
from anlan.intake.models import Report
from anlan.intake.public.additions import joins
from anlan.intake.public.timeline import TO_COME, Line, Standing, Told, tells
from anlan.intake.states import COUNTED
from anlan.intake.tracking import standing_of
from anlan.triage.actions.objections import stand_with
from anlan.triage.models import Incident, IncidentReport
from anlan.triage.moves import OBJECTS
from anlan.triage.queries.followed import current
from anlan.triage.states import Disposal, State


@dataclass(frozen=True)
class Said:
    """What is said of a state: a heading, what comes next as a sentence, and the same as a line of the timeline."""

    title: str | Promise
    lead: str | Promise
    to_come: str | Promise


WHO_DEALS = gettext_lazy("Next: we say who deals with it")
OUTCOME = gettext_lazy("Next: what came of it")
SAID: dict[str, Said] = {
    State.NEW: Said(
        gettext_lazy("We are dealing with it"),
        gettext_lazy("Your report has been read. Next, we say who deals with it."),
        WHO_DEALS,
    ),
    State.HANDED_OVER: Said(
        gettext_lazy("%(name)s is asked to deal with it"),
        gettext_lazy("Next, %(name)s looks at it and takes it on."),
        gettext_lazy("Next: %(name)s takes it on"),
    ),
    State.SIGNED: Said(
        gettext_lazy("%(name)s deals with it"),
        gettext_lazy("They have taken it on. Next, you read here what came of it."),
        OUTCOME,
    ),
    State.RETURNED: Said(
        gettext_lazy("We are finding the right people for it"),
        gettext_lazy("You need not do anything. Next, we say who deals with it."),
        WHO_DEALS,
    ),
    State.DISPUTED: Said(
        gettext_lazy("It is not clear yet whose job this is"),
        gettext_lazy("You need not do anything. Next, somebody decides it, and that decision holds."),
        gettext_lazy("Next: it is decided who deals with it"),
    ),
    State.DISPATCHED: Said(
        gettext_lazy("Somebody was sent"), gettext_lazy("Next, you read here what came of it."), OUTCOME
    ),
    State.RESOLVED: Said(
        gettext_lazy("The work on it has ended"),
        gettext_lazy("Next, we look at it once more and close it."),
        gettext_lazy("Next: we close it"),
    ),
    State.REOPENED: Said(
        gettext_lazy("We have taken it up again"),
        gettext_lazy("It was not over yet. Next, we say who deals with it."),
        WHO_DEALS,
    ),
}
RESULTS: dict[str, str | Promise] = {
    Disposal.DONE: gettext_lazy("It has been put right. If it has not, tell us below."),
    Disposal.ADVISED: gettext_lazy("Somebody explained what can be done. If something is still wrong, tell us below."),
    Disposal.PASSED_ON: gettext_lazy("It was passed on to those whose job it is; they deal with it from here."),
    Disposal.NOT_FOUND: gettext_lazy("Somebody looked and found nothing. If it is still there, tell us below."),
    Disposal.REPEAT_OF: gettext_lazy("We knew of it already and deal with it there. Your report counts all the same."),
    Disposal.NO_MATTER: gettext_lazy("The city's services can do nothing about it. If that is wrong, tell us below."),
    "": gettext_lazy("Nothing more is planned. If something is still wrong, tell us below."),
}
HAPPENED: dict[str, str | Promise] = {
    "triage.incident_opened": gettext_lazy("We are dealing with it"),
    "triage.incident_handed_over": gettext_lazy("Handed to %(name)s"),
    "triage.incident_signed": gettext_lazy("%(name)s has taken it on"),
    "triage.incident_returned": gettext_lazy("Back with us: we look again whose job it is"),
    "triage.incident_disputed": gettext_lazy("Back with us: somebody decides whose job it is"),
    "triage.incident_dispatched": gettext_lazy("Somebody was sent"),
    "triage.incident_resolved": gettext_lazy("The work on it has ended"),
    "triage.incident_closed": gettext_lazy("Closed: %(result)s"),
    "triage.incident_objected": gettext_lazy("You told us that it is not put right"),
    "triage.incident_reopened": gettext_lazy("Taken up again"),
}


SETTLED: Final = frozenset({State.RESOLVED, State.CLOSED})  # the page asks then whether it was put right


joins(stand_with)


@tells
def tell_of_incident(report: Report, at: dt.datetime) -> Told:
    """Tell a reporter what became of it; who took the report back, or sent it by mistake, is told that instead."""
    link = _link(report)
    if link is None or report.validity not in COUNTED:
        return Told()
    first, again = _told(link, report, at), current(report)
    if again == report:
        return first
    later = _link(again)
    anew = _told(later, again, at, report.number) if later else Told((), standing_of(again, at))
    return Told((*(line for line in first.lines if line.state not in TO_COME), *anew.lines), anew.standing)


def _told(link: IncidentReport, report: Report, at: dt.datetime, *first: str) -> Told:
    incident = link.incident
    if incident.is_guarded:
        return Told((), _guarded(incident))
    standing = _standing(incident)
    lines = [*_joined(link), *_happened(incident, {report.number, *first}, min(link.linked_at, report.received_at))]
    if standing.due:
        late = at > standing.due
        words = str(SAID[incident.state].to_come) % {"name": area_label(incident.owner)}
        lines.append(Line("late" if late else "next", words, at=standing.due, is_deadline=True))
    return Told(tuple(lines), _late(standing) if standing.due and at > standing.due else standing)


def _link(report: Report) -> IncidentReport | None:
    links = IncidentReport.objects.filter(report=report, unlinked_at=None)
    return links.select_related("incident__owner", "incident__category_at_call", "incident__category_confirmed").first()


def _standing(incident: Incident) -> Standing:
    if incident.state == State.CLOSED:
        lead = str(RESULTS[incident.disposal])
        return Standing(_("This matter is closed"), lead, "done", p("state of a report", "Closed"), asks="right")
    said, name = SAID[incident.state], {"name": area_label(incident.owner)}
    lead = str(said.lead) % name
    if incident.state == State.HANDED_OVER and incident.diverted:
        lead = _("Such things are the job of %(name)s, not of the police. Next, they look at it and take it on.") % name
    runs = [run for run in running_on(incident.subject) if run.paused_at is None]
    due = runs[0].due_at if runs else None
    return Standing(str(said.title) % name, lead, "calm", p("state of a report", "In hand"), due, _asks(incident))


def _late(standing: Standing) -> Standing:
    return replace(standing, state="late", word=p("state of a report", "Late"))


def _asks(incident: Incident) -> str:
    return "right" if incident.state in SETTLED else "more"


def _guarded(incident: Incident) -> Standing:
    """Say little where danger may come from somebody at home who reads along."""
    lead = _("This page says no more about it. If somebody is in danger, please telephone.")
    if incident.state == State.CLOSED:
        return Standing(_("This matter is closed"), lead, "done", p("state of a report", "Closed"), asks="right")
    title, word = _("We are dealing with it"), p("state of a report", "In hand")
    return Standing(title, lead, "calm", word, asks=_asks(incident))


def _joined(link: IncidentReport) -> list[Line]:
    """Say that others told of it before."""
    links = IncidentReport.objects.filter(incident=link.incident, unlinked_at=None)
    before = links.filter(linked_at__lt=link.linked_at, report__addition=None).count()
    if not before:
        return []
    title = ngettext("Joined with %(n)d other report", "Joined with %(n)d other reports", before) % {"n": before}
    words = _("They seem to be about the same thing. Your report still counts as one of its own.")
    return [Line("done", title, words, link.linked_at)]


def _happened(incident: Incident, own: Set[str], since: dt.datetime) -> list[Line]:
    """Return what was done since this report came, in the words of somebody outside; of an objection only one's own.

    An objection carries the number of the first report, also where the matter was said anew since.
    """
    names = {organisation.code: area_label(organisation) for organisation in organisations()}
    entries = LedgerEntry.objects.filter(subject=incident.subject, kind__in=HAPPENED).order_by("id")
    entries = entries.exclude(effects__kind="triage.incident_undone")  # what was taken back at once did not happen
    lines = []
    for entry in entries:
        at, payload = dt.datetime.fromisoformat(entry.at), json.loads(entry.payload)
        if at < since or payload.get("report") not in {None, *own}:
            continue
        code, disposal = payload.get("to") or payload.get("by"), payload.get("disposal") or ""
        words = {"name": names.get(code, ""), "result": str(Disposal(disposal).label) if disposal else _("no result")}
        lines.append(Line("done", str(HAPPENED[entry.kind]) % words, at=at))
    return lines


@fill("intake.tracked", order=10)
def ask_whether_put_right(context: dict[str, Any]) -> str:
    """Ask whether it was put right once the work on it has ended, and take the word of who says that it was not."""
    if context["now"].asks != "right":
        return ""
    minutes = deadlines.rule_of(OBJECTS).timing(now()).target_s // 60
    values = {name: context.get(name) for name in ("form", "code_plain", "token")} | {"minutes": minutes}
    return render_to_string("triage/objections/_put_right.html", values, request=context["request"])
