"""Bulletins as everybody reads them, down to the records that a reader may open."""

from __future__ import annotations

import csv
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.bulletin import queries
from anlan.bulletin.models import Figure, Issue, Plan
from anlan.bulletin.print.pdf import written
from anlan.bulletin.words import in_english
from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import public
from anlan.core.web.middleware.access import actor_of_request


@require_safe
@public
def issues(request: HttpRequest) -> HttpResponse:
    """List the issues, the newest first, and what is to come: none of it can be left out unseen."""
    actor = actor_of_request(request)
    rows = Issue.objects.visible_to(actor).select_related("plan", "issuer", "corrected_by")
    to_come = Plan.objects.filter(issues=None).order_by("until", "pk")
    context = {"issues": rows, "to_come": to_come, "today": local_day(now()),
               "publishes": Role.PUBLISHER in actor.roles}  # fmt: skip
    return render(request, "bulletin/issues.html", context)


@require_safe
@public
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """Show one issue; it prints on A4."""
    one, actor = _issue(request, number), actor_of_request(request)
    told = queries.Told.to(one, public=_is_public(actor))
    context = {
        "issue": one, "parts": told.parts(), "sentence": queries.sentence(one), "districts": told.districts(),
        "base": one.plan.period.year_before(), "headline": _headline(one), "figures": len(told.lines()),
        "earlier": one.corrects, "later": getattr(one, "corrected_by", None),
    }  # fmt: skip
    return render(request, "bulletin/issue.html", context)


@require_safe
@public
def figure(request: HttpRequest, number: str, measure: str) -> HttpResponse:
    """Show a figure's definition, and the records behind it that the reader may open."""
    one, actor = _issue(request, number), actor_of_request(request)
    found = Figure.objects.filter(issue=one, measure=measure, area=request.GET.get("area", "")).first()
    if found is None:
        raise Http404
    outside = _is_public(actor)  # is told of the value's records how many they are, and of the base's nothing
    of_base, most = request.GET.get("of") == "base" and not outside, request.GET.get("order") == "most"
    behind = queries.behind(found, actor, _page(request.GET.get("page", "")), base=of_base, most=most)
    context = {
        "issue": one, "line": queries.Told.to(one, public=outside).line(found), "behind": behind, "public": outside,
        "of_base": of_base, "most": most, "ways": _ways(request, behind.page), "base": one.plan.period.year_before(),
        "valued": found.of.aggregate in {"sum", "median", "p90"},
    }  # fmt: skip
    return render(request, "bulletin/figure.html", context)


@require_safe
@public
def file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Return an issue as CSV or PDF."""
    one = _issue(request, number)
    if form not in {"csv", "pdf"}:
        raise Http404
    if form == "pdf":
        return HttpResponse(written(one), content_type="application/pdf", headers=_named(one, "pdf"))
    answer = HttpResponse("﻿", content_type="text/csv; charset=utf-8", headers=_named(one, "csv"))
    rows = queries.Told.to(one, public=True).table()
    table = csv.DictWriter(answer, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return answer


@require_safe
@public
def check(request: HttpRequest) -> HttpResponse:
    """Find the issue of a verification code."""
    asked = _bare(request.GET.get("code", ""))
    rows = Issue.objects.visible_to(actor_of_request(request))
    found = next((one for one in rows if asked in {_bare(one.code), _bare(one.number + one.code)}), None)
    return render(request, "bulletin/check.html", {"asked": request.GET.get("code", ""), "issue": found})


def _bare(told: str) -> str:
    """Return a code as typed or scanned, with or without the number that stands before it, for comparing."""
    return "".join(told.upper().split())


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


def _ways(request: HttpRequest, page: int) -> dict[str, str]:
    """Return the addresses of the other views of a figure's records; each keeps what the others chose."""
    here = {name: request.GET.get(name, "") for name in ("area", "of", "order")}
    ways = {"period": {"of": ""}, "base": {"of": "base"}, "entered": {"order": ""}, "most": {"order": "most"},
            "before": {"page": str(page - 1)}, "after": {"page": str(page + 1)}}  # fmt: skip
    return {way: "?" + urlencode({name: told for name, told in (here | chosen).items() if told})
            for way, chosen in ways.items()}  # fmt: skip


def _page(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 1


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
