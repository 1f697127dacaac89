"""What is asked back: key questions answered, and what came of a call-back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.models import Report
from anlan.triage.access import DESK
from anlan.triage.actions import answer_questions, call_back
from anlan.triage.queries.incidents import incident_of
from anlan.triage.views.incidents import page
from anlan.triage.words import REFUSALS, refusal


@roles(*DESK)
@require_POST
def answer(request: HttpRequest, report: str) -> HttpResponse:
    """Note what is now answered yes, and go back to the page from where it was answered."""
    actor = actor_of_request(request)
    found = Report.objects.visible_to(actor).filter(number=report).first()
    if found is None:
        raise Http404
    incident = incident_of(found) if request.POST.get("from") == "incident" else None
    try:
        answer_questions(report_id=found.pk, answers=request.POST.getlist("answers"), actor=actor, at=now())
    except REFUSALS as error:
        if incident:
            return page(request, incident.number, wrong=refusal(error), status=409)
        context = {"title": _("Not answered"), "wrong": refusal(error), "report": found, "told_of": incident_of(found)}
        return render(request, "triage/refused.html", context, status=409)
    return redirect("triage:incident", incident.number) if incident else redirect("intake:report_page", report)


@roles(*DESK)
@require_POST
def called_back(request: HttpRequest, report: str) -> HttpResponse:
    """Note what came of a call-back; danger leads to the incident, anything else to the page it was told on."""
    actor = actor_of_request(request)
    found = Report.objects.visible_to(actor).filter(number=report).first()
    if found is None:
        raise Http404
    try:
        answer = call_back(report_id=found.pk, outcome=request.POST.get("outcome", ""), actor=actor, at=now())
    except REFUSALS as error:
        context = {"title": _("Not called back"), "wrong": refusal(error), "report": found}
        return render(request, "triage/refused.html", context | {"told_of": incident_of(found)}, status=409)
    if answer["incident"]:
        return redirect("triage:incident", answer["incident"])
    told_of = incident_of(found) if request.POST.get("from") == "incident" else None
    if told_of:
        return redirect("triage:incident", told_of.number)
    if request.POST.get("from") == "call":
        return redirect("intake:new_call")
    return redirect("intake:report_page", report)
