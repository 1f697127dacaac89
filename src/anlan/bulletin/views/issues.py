"""Bulletins as everybody reads them, down to the records that a reader may open."""

from __future__ import annotations

import csv
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.bulletin.access import publishes
from anlan.bulletin.models import Figure, Issue, Plan
from anlan.bulletin.paper import paper_of
from anlan.bulletin.queries.editions import Edition, plan_to_come, sentence
from anlan.bulletin.queries.records import behind
from anlan.bulletin.words import headline_of
from anlan.core.city.areas import local_day
from anlan.core.city.current import city
from anlan.core.people.actors import Actor
from anlan.core.print.answers import sent
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
               "publishes": publishes(actor)}  # fmt: skip
    return render(request, "bulletin/issues.html", context)


@require_safe
@public
def issue(request: HttpRequest, number: str) -> HttpResponse:
    """Show one issue; it prints on A4."""
    shown, actor = _issue(request, number), actor_of_request(request)
    edition = Edition.of(shown, public=_is_public(actor))
    context = {
        "issue": shown, "parts": edition.parts(), "sentence": sentence(shown), "districts": edition.districts(),
        "base": shown.plan.period.year_before(), "headline": headline_of(shown), "figures": len(edition.lines()),
        "earlier": shown.corrects, "corrections": edition.corrections(), "later": getattr(shown, "corrected_by", None),
        "next_plan": plan_to_come(), "contact": here.option("bulletin_contact") if (here := city()) else "",
    }  # fmt: skip
    return render(request, "bulletin/issue.html", context)


@require_safe
@public
def figure(request: HttpRequest, number: str, measure: str) -> HttpResponse:
    """Show a figure's definition, and the records behind it that the reader may open."""
    shown, actor = _issue(request, number), actor_of_request(request)
    found = Figure.objects.filter(issue=shown, measure=measure, area=request.GET.get("area", "")).first()
    if found is None:
        raise Http404
    outside = _is_public(actor)  # is told of the value's records how many they are, and of the base's nothing
    of_base, most = request.GET.get("of") == "base" and not outside, request.GET.get("order") == "most"
    records = behind(found, actor, _page(request.GET.get("page", "")), base=of_base, most=most)
    context = {
        "issue": shown, "line": Edition.of(shown, public=outside).line(found), "behind": records, "public": outside,
        "of_base": of_base, "most": most, "ways": _ways(request, records.page), "base": shown.plan.period.year_before(),
        "valued": found.of.aggregate in {"sum", "median", "p90"},
    }  # fmt: skip
    return render(request, "bulletin/figure.html", context)


@require_safe
@public
def file(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Return an issue as CSV, JSON or PDF."""
    issue = _issue(request, number)
    if form not in {"csv", "json", "pdf"}:
        raise Http404
    if form == "pdf":
        return sent(paper_of, issue)
    if form == "json":
        return JsonResponse(Edition.of(issue, public=True).document(), json_dumps_params={"ensure_ascii": False})
    named = {"Content-Disposition": f'inline; filename="{issue.number}.csv"'}
    answer = HttpResponse("﻿", content_type="text/csv; charset=utf-8", headers=named)
    rows = Edition.of(issue, public=True).table()
    table = csv.DictWriter(answer, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return answer


@require_safe
@public
def check(request: HttpRequest) -> HttpResponse:
    """Find the issue of a verification code."""
    asked = _bare(request.GET.get("code", ""))
    issues = Issue.objects.visible_to(actor_of_request(request))
    found = next((issue for issue in issues if asked in {_bare(issue.code), _bare(issue.number + issue.code)}), None)
    return render(request, "bulletin/check.html", {"asked": request.GET.get("code", ""), "issue": found})


def _bare(code: str) -> str:
    """Return a code as typed or scanned, with or without the number that stands before it, for comparing."""
    return "".join(code.upper().split())


def _issue(request: HttpRequest, number: str) -> Issue:
    issues = Issue.objects.visible_to(actor_of_request(request)).select_related(
        "plan", "issuer", "corrects", "corrected_by"
    )
    found = issues.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _ways(request: HttpRequest, page: int) -> dict[str, str]:
    """Return the addresses of the other views of a figure's records; each keeps what the others chose."""
    here = {name: request.GET.get(name, "") for name in ("area", "of", "order")}
    ways = {"period": {"of": ""}, "base": {"of": "base"}, "entered": {"order": ""}, "most": {"order": "most"},
            "before": {"page": str(page - 1)}, "after": {"page": str(page + 1)}}  # fmt: skip
    return {way: "?" + urlencode({name: value for name, value in (here | chosen).items() if value})
            for way, chosen in ways.items()}  # fmt: skip


def _page(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1


def _is_public(actor: Actor) -> bool:
    return not actor.roles


urlpatterns = [
    path("bulletins/", issues, name="issues"),
    path("bulletins/check", check, name="check"),
    path("bulletins/<str:number>/", issue, name="issue"),
    path("bulletins/<str:number>/figures/<str:measure>/", figure, name="figure"),
    path("bulletins/<str:number>/bulletin.<str:form>", file, name="file"),
]
