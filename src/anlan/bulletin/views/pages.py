"""Bulletins as everybody reads them, down to the records that a reader may open."""

from __future__ import annotations

import csv

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.bulletin import reading
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.pdf import written
from anlan.bulletin.words import in_english
from anlan.core.access import public
from anlan.core.actors import Actor
from anlan.core.middleware.access import actor_of_request
from anlan.core.roles import Role


@require_safe
@public
def issues(request: HttpRequest) -> HttpResponse:
    """List the issues, the newest first."""
    actor = actor_of_request(request)
    rows = Issue.objects.visible_to(actor).select_related("plan", "issuer", "corrected_by")
    publishes = Role.PUBLISHER in actor.roles
    return render(request, "bulletin/issues.html", {"issues": rows, "publishes": publishes})


@require_safe
@public
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """Show one issue; it prints on A4."""
    one, actor = _issue(request, number), actor_of_request(request)
    told = reading.Told.to(one, public=_is_public(actor))
    context = {
        "issue": one, "parts": told.parts(), "sentence": reading.sentence(one), "districts": told.districts(),
        "base": one.plan.period.year_before(), "headline": _headline(one), "figures": len(told.lines()),
        "earlier": one.corrects, "later": getattr(one, "corrected_by", None),
    }  # fmt: skip
    return render(request, "bulletin/issue.html", context)


@require_safe
@public
def figure(request: HttpRequest, number: str, measure: str) -> HttpResponse:
    """Show a figure's definition, and the records behind it that the reader may open."""
    one, actor = _issue(request, number), actor_of_request(request)
    found = Figure.objects.filter(issue=one, measure=measure, area="").first()
    if found is None:
        raise Http404
    all_lines = reading.Told.to(one, public=_is_public(actor)).lines()
    told = next(line for line in all_lines if line.figure.measure == measure)
    page = request.GET.get("page", "1")
    behind = reading.behind(found, actor, int(page) if page.isdigit() else 1)
    context = {"issue": one, "line": told, "behind": behind, "public": _is_public(actor),
               "base": one.plan.period.year_before()}  # fmt: skip
    return render(request, "bulletin/figure.html", context)


@require_safe
@public
def file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Return an issue as CSV or PDF."""
    one = _issue(request, number)
    if form == "pdf":
        return HttpResponse(written(one), content_type="application/pdf", headers=_named(one, "pdf"))
    answer = HttpResponse("﻿", content_type="text/csv; charset=utf-8", headers=_named(one, "csv"))
    rows = reading.Told.to(one, public=True).table()
    table = csv.DictWriter(answer, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return answer


@require_safe
@public
def check(request: HttpRequest) -> HttpResponse:
    """Find the issue of a verification code."""
    asked = "".join(request.GET.get("code", "").upper().split())
    rows = Issue.objects.visible_to(actor_of_request(request))
    found = next((one for one in rows if one.code.replace(" ", "") == asked), None) if asked else None
    return render(request, "bulletin/check.html", {"asked": request.GET.get("code", ""), "issue": found})


def _named(one: Issue, form: str) -> dict[str, str]:
    return {"Content-Disposition": f'inline; filename="{one.number}.{form}"'}


def _issue(request: HttpRequest, number: str) -> Issue:
    rows = Issue.objects.visible_to(actor_of_request(request)).select_related(
        "plan", "issuer", "corrects", "corrected_by"
    )
    found = rows.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _headline(one: Issue) -> str:
    return (one.headline_en or one.headline) if in_english() else one.headline


def _is_public(actor: Actor) -> bool:
    return not actor.roles


urlpatterns = [
    path("bulletins/", issues, name="issues"),
    path("bulletins/check", check, name="check"),
    path("bulletins/<str:number>/", issue, name="issue"),
    path("bulletins/<str:number>/figures/<str:measure>/", figure, name="figure"),
    path("bulletins/<str:number>/bulletin.<str:form>", file, name="file"),
]
