"""An analysis report as it was sent, and the instruction of many of its problems at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention import actions
from anlan.prevention.forms.steps import InstructManyForm, active_organisations
from anlan.prevention.models import AnalysisReport
from anlan.prevention.queries.analyses import areas_of, rows_of
from anlan.prevention.queries.problems import READS, named
from anlan.prevention.views.answers import TAKEN, send


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def analysis(request: HttpRequest, number: str) -> HttpResponse:
    """Show an analysis report with its problems; a supervisor instructs those that are chosen."""
    actor, area = actor_of_request(request), request.GET.get("area", "")
    one = AnalysisReport.objects.filter(number=number).select_related("study", "addressee").first()
    every = rows_of(one, actor) if one else []
    if one is None or not every:
        raise Http404
    rows = [row for row in every if not area or area in row.codes]
    form = InstructManyForm(
        request.POST or None, organisations=active_organisations(), initial={"on": local_day(now())},
        problems=[row.problem.number for row in every if row.waits], auto_id="instruct-%s",
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status, _told = send(form, "instruct", lambda **told: actions.instruct(**told, **_who(request, actor)))
        if status == TAKEN:
            return redirect(request.get_full_path())
    chosen = set(request.POST.getlist("problems")) if form.is_bound else {row.problem.number for row in rows if area}
    context = {"one": one, "addressee": named(one.addressee), "rows": rows, "every": len(every), "area": area,
               "areas": areas_of(every), "form": form, "chosen": chosen, "key": uuid4(), "at": now(),
               "waiting": sum(row.waits for row in every),
               "instructs": Role.SUPERVISOR in actor.roles and any(row.waits for row in rows)}  # fmt: skip
    return render(request, "prevention/analyses/analysis.html", context, status=status)


def _who(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    return {"actor": actor, "at": now(), "key": request.POST.get("key") or None}


urlpatterns = [path("analyses/<str:number>/", analysis, name="analysis")]
