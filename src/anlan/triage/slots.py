"""Triage's place on the rail, and its part of the report's and the call's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Substr
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy

from anlan.core.models import ClockRun
from anlan.core.operator.views.tables import open_at
from anlan.core.pages import Reader
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.time.clock_report import grouping
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.numbers import Found, finds
from anlan.core.web.slots import fill, rail
from anlan.intake.live import counts_again, takes, tells_of
from anlan.intake.models import Report
from anlan.intake.models.report import shares
from anlan.intake.queries.callbacks import owed
from anlan.intake.queries.nearness import possible_repeats_of
from anlan.intake.rules.reach import reach_of
from anlan.intake.states import COUNTED
from anlan.intake.words import label
from anlan.triage.access import MOVERS, READERS, is_desk
from anlan.triage.actions import take_report, take_reports
from anlan.triage.actions.at_once import open_at_once
from anlan.triage.in_queue import words_to_sort
from anlan.triage.models import OPEN, Incident, IncidentReport
from anlan.triage.queries.incidents import (
    NEAR_M,
    incident_of,
    open_incidents_at,
    open_incidents_near,
    reach_around,
    with_alike,
)
from anlan.triage.queries.live import is_untouched, with_marked
from anlan.triage.queries.search import Search, incidents_like

rail(20, "分", gettext_lazy("Incidents"), "triage:incidents", READERS, stretch="act", letter="n", pinned_for=MOVERS)


def open_incidents(reader: Reader) -> Mapping[int, int]:
    """Count by organisation the open incidents that it holds."""
    found = Incident.objects.visible_to(reader.actor).open()
    return dict(found.order_by().values_list("owner").annotate(n=Count("pk")))


open_at(gettext_lazy("Open incidents"), open_incidents)


@shares
def in_hand(actor: Actor) -> Q:
    """Show an officer the reports of open incidents that the organisation holds: without them nobody can act."""
    held = Incident.objects.visible_to(actor).open().filter(owner__in=actor.organisation_ids)
    return Q(pk__in=IncidentReport.objects.filter(unlinked_at=None, incident__in=held).values("report"))


takes(take_report, take_reports)
counts_again(open_at_once)


@tells_of
def has_incident(report_id: int) -> bool:
    """Say of a report whether it tells of an incident."""
    return IncidentReport.objects.filter(report_id=report_id, unlinked_at=None).exists()


@fill("intake.report")
def of_report(context: dict[str, Any]) -> str:
    """Show the incident that a report tells of, or offer to open one or to link it to one near by, or to one found."""
    request, report = context["request"], context["report"]
    values = _told_of(request, report) | {"said": words_to_sort(report, actor_of_request(request), now())}
    return render_to_string("triage/_report_slot.html", values, request=request)


def found_of(request: HttpRequest, report: Report) -> str:
    """Draw anew the part of a report's page that says which incident it tells of, with what was looked for."""
    return render_to_string("triage/finding/_tells_of.html", _told_of(request, report), request=request)


def _told_of(request: HttpRequest, report: Report) -> dict[str, Any]:
    actor = actor_of_request(request)
    told_of = incident_of(report)
    may_open = is_desk(actor)
    may_move = may_open and told_of is not None and is_untouched(told_of)
    may_link = may_move or (may_open and told_of is None)
    may_answer = may_open and (told_of is None or told_of.state in OPEN)
    near = _others_near(report, told_of, actor) if may_link else []
    values = {"report": report, "told_of": told_of, "near": near, "reports": [report], "at": now()}
    may = {"may_open": may_open, "may_move": may_move, "may_link": may_link, "may_answer": may_answer}
    return values | may | {"reach": reach_around(report), **_search(request, actor, told_of)}


def _others_near(report: Report, told_of: Incident | None, actor: Actor) -> list[tuple[Incident, float | None]]:
    """Return open incidents that a report may tell of: near its pin, or told of by reports alike in words."""
    alike = [repeat.report.pk for repeat in possible_repeats_of(report, actor)]
    near = with_alike(open_incidents_near(report, actor), alike, actor)
    return [(incident, apart_m) for incident, apart_m in near if incident != told_of]


def _search(request: HttpRequest, actor: Actor, told_of: Incident | None) -> dict[str, Search]:
    """Return what the desk looked for, where it did; posted, so that it stands in no address and no log."""
    asked = request.POST.get("find")
    if asked is None or not is_desk(actor):
        return {}
    return {"search": incidents_like(asked[:80], actor, now(), beside=told_of)}


@fill("intake.near")
def near_the_call(context: dict[str, Any]) -> str:
    """Show open incidents near the call that is being typed: near its pin, or told of by calls alike in words."""
    request, point = context["request"], context.get("point")
    alike, marked = [near.report.pk for near in context.get("near", ())], request.POST.get("tells_of", "")
    if not point and not alike and not marked:
        return ""
    actor, error_m = actor_of_request(request), context.get("precision_m")
    placed = open_incidents_at(point[0], point[1], now(), actor, precision_m=error_m) if point else []
    near = with_marked(with_alike(placed, alike, actor), marked, actor)
    reach = reach_of(error_m, NEAR_M) if point else None
    values = {"near": near, "marked": marked, "may_link": is_desk(actor), "reach": reach}
    return render_to_string("triage/_call_slot.html", values, request=request)


@fill("intake.caller")
def of_caller(context: dict[str, Any]) -> str:
    """Keep the place where a caller's own matters appear once the number is typed."""
    return render_to_string("triage/_caller_slot.html", {})


@fill("intake.calls")
def calls_owed(context: dict[str, Any]) -> str:
    """Show who waits to be called back, with what came of it one press away."""
    actor = actor_of_request(context["request"])
    values = {"owed": owed(actor), "at": now(), "from": "call"}
    return render_to_string("triage/asked/_call_backs.html", values, request=context["request"])


@fill("intake.saved")
def of_saved_call(context: dict[str, Any]) -> str:
    """Offer to link the call just saved to an incident near by, or to open one."""
    request, report = context["request"], context["saved"]
    actor, told_of = actor_of_request(request), incident_of(report)
    alone = told_of is None or (is_desk(actor) and is_untouched(told_of))
    near = _others_near(report, told_of, actor) if alone else []
    may_open = is_desk(actor) and report.validity in COUNTED
    closed = request.GET.get("refused") in {"closed_already", "resolved_already"}
    values = {"report": report, "told_of": told_of, "may_open": may_open, "near": near, "closed": closed}
    values["reach"] = reach_around(report)
    return render_to_string("triage/_saved_slot.html", values, request=request)


@grouping("category")
def categories(runs: QuerySet[ClockRun]) -> Mapping[str, str]:
    """Return the category of each incident whose clocks ran, as confirmed, until then as at call."""
    return _by_subject(runs, "code")


@grouping("group")
def category_groups(runs: QuerySet[ClockRun]) -> Mapping[str, str]:
    """Return the group of categories of each incident whose clocks ran."""
    return _by_subject(runs, "group")


def _by_subject(runs: QuerySet[ClockRun], field: str) -> dict[str, str]:
    numbers = runs.filter(subject__startswith="incident:").values(number=Substr("subject", len("incident:") + 1))
    category = Coalesce(F(f"category_confirmed__{field}"), F(f"category_at_call__{field}"))
    found = Incident.objects.filter(number__in=numbers).values_list("number", category)
    return {f"incident:{number}": name for number, name in found.iterator(10_000)}


@finds("E")
def incident_of_number(number: str, actor: Actor) -> Found | None:
    """Find an incident."""
    found = Incident.objects.visible_to(actor).select_related("category_at_call", "category_confirmed")
    incident = found.filter(number=number).first()
    if incident is None:
        return None
    url = reverse("triage:incident", args=[number])
    return Found(number, label(incident.category), str(incident.get_state_display()), url)
