"""Reports are sorted: linked to an incident, taken away from it, or made an incident of their own."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from anlan.core.ledger.writes import perform
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.models import Report
from anlan.intake.views.reports import rendered, report_of
from anlan.triage import actions
from anlan.triage.access import DESK
from anlan.triage.models import Incident
from anlan.triage.queries.incidents import incident_of, whole
from anlan.triage.slots import found_of
from anlan.triage.views.incidents import page
from anlan.triage.words import REFUSALS, refusal


@roles(*DESK)
@require_POST
def sort_reports(request: HttpRequest, number: str) -> HttpResponse:
    """Take a report away from an incident, or make an incident of their own of those that told of something else."""
    actor = actor_of_request(request)
    found = whole(number, actor)
    if found is None:
        raise Http404
    try:
        return redirect("triage:incident", _sorted(found, request.POST, actor))
    except REFUSALS as error:
        return page(request, number, wrong=refusal(error), status=409)


@roles(*DESK)
@require_POST
def open_for(request: HttpRequest, report: str) -> HttpResponse:
    """Open an incident for a report, or link the report to one that is open."""
    actor = actor_of_request(request)
    found = Report.objects.visible_to(actor).filter(number=report).first()
    if found is None:
        raise Http404
    linked, back, refused = request.POST.get("incident", ""), request.POST.get("back", ""), ""
    try:
        linked = _linked(found, linked, request.POST.get("instead", ""), actor)
    except Incident.DoesNotExist:
        raise Http404 from None
    except Refused as error:
        told_of, refused = incident_of(found), f"&refused={error.code}"
        if not back and (told_of is None or told_of.number != linked):
            context = {"wrong": str(error), "report": found, "told_of": told_of}
            return render(request, "triage/refused.html", context, status=409)
    if back == "console":
        return redirect("dispatch:console_incident", linked)
    if back:  # the desk goes on with the next call; its page says what the saved one tells of
        return redirect(f"{reverse('intake:new_call')}?channel={found.channel}&saved={report}{refused}")
    return redirect("triage:incident", linked)


@roles(*DESK)
@never_cache
@require_POST
def find_for(request: HttpRequest, report: str) -> HttpResponse:
    """Look for the incident that a report tells of, by number, matter or area; posted, for words stand in no log."""
    found = report_of(request, report)
    if "HX-Request" in request.headers:
        return HttpResponse(found_of(request, found))
    return rendered(request, found)


def _sorted(incident: Incident, posted: QueryDict, actor: Actor) -> str:
    """Sort an incident's reports as the form says; return the number of the incident to go to. A report counts once."""
    reports = {link.report.number: link.report_id for link in incident.links.all()}
    chosen = sorted({reports[number] for number in posted.getlist("report") if number in reports})
    if not chosen:
        raise Refused("nothing_chosen", "report")
    if posted.get("verb") == "away":
        _take_away(incident, chosen, actor)
        return incident.number
    key = posted.get("key", "")[:64]
    answer = actions.split_incident(
        number=incident.number, report_ids=chosen, actor=actor, at=now(), key=f"split:{key}" if key else None
    )
    return str(answer["into"])


def _take_away(incident: Incident, report_ids: list[int], actor: Actor) -> None:
    """Take all of them away or none; what is away already stays so."""
    linked = incident.links.filter(report__in=report_ids, unlinked_at=None).values_list("report_id", flat=True)
    perform(lambda: [
        actions.unlink_report(number=incident.number, report_id=report_id, actor=actor, at=now())
        for report_id in list(linked)
    ])  # fmt: skip


def _linked(report: Report, number: str, instead: str, actor: Actor) -> str:
    """Link a report to an incident, or open one for it; who presses twice opens one, until it was taken away again."""
    if number and instead:
        actions.relink_report(report_id=report.pk, instead=instead, number=number, actor=actor, at=now())
        return number
    if number:
        actions.link_report(number=number, report_id=report.pk, actor=actor, at=now())
        return number
    key = f"open:{report.pk}:{report.links.exclude(unlinked_at=None).count()}"
    return str(actions.open_incident(report_id=report.pk, actor=actor, at=now(), key=key)["incident"])
