"""The leader's overview: one page, reads only, nothing personal."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.boards import shapes, words
from anlan.boards.access import READS
from anlan.boards.queries import works
from anlan.boards.queries.incidents import Open, open_incidents
from anlan.boards.queries.reports import Heard, heard
from anlan.boards.queries.shares import diverted, helped
from anlan.boards.queries.teams import mobile_teams
from anlan.boards.scope import DAY, Scope, scope_of
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.access import opens, roles
from anlan.core.web.middleware.access import actor_of_request


@roles(*READS)
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the city, or one area of it, as of a moment."""
    scope = scope_of(request.GET.get("day", ""), request.GET.get("a", ""), now())
    context: dict[str, Any] = {"scope": scope, "tabs": _tabs(scope)}
    if scope.last is not None:
        context |= _figures(scope) | {"links": _links(scope, actor_of_request(request))} | _days(scope)
    else:
        context["imports"] = _address(actor_of_request(request), "intake:imports")
    return render(request, "boards/overview.html", context)


def _figures(scope: Scope) -> dict[str, Any]:
    day, opened = heard(scope), open_incidents(scope)
    stood = works.standing(scope)
    lists, lines = works.listed_tasks(scope, stood)
    late = lines["late"]
    found, sites, listed = works.problems(scope, stood), works.sites(scope, stood), works.key_areas(scope, stood)
    return {
        "heard": day, "chart": shapes.hours_chart(day.hours, day.bands),
        "hours": list(enumerate(zip_longest(day.hours, day.bands or []))),
        "last": None if scope.is_whole_day else _last_hour(day), "whole": _whole_day(scope, day),
        "open": opened, "map": _map(scope, opened),
        "diverted": diverted(scope), "helped": helped(scope),
        "teams": mobile_teams(scope),
        "lists": sum(lists.values()), "listed": sum(lines.values()), "listed_late": late,
        "list_bar": words.list_bar(lists),
        "problems": sum(found.values()), "problem_bar": words.problem_bar(found),
        "sites": sum(sites.values()), "site_bar": words.site_bar(sites),
        "key_areas": sum(listed.values()), "key_area_bar": words.key_area_bar(listed),
    }  # fmt: skip


def _last_hour(day: Heard) -> dict[str, Any] | None:
    if not day.hours or day.bands is None:
        return None
    hour = len(day.hours) - 1
    n, usual = day.hours[hour], day.bands[hour]
    return {"hour": hour, "n": n, "usual": usual, "how": words.against(n, usual)}


def _whole_day(scope: Scope, day: Heard) -> str:
    """Say how a day that is over stands against the usual."""
    return words.against(day.n, day.usual) if scope.is_whole_day and day.usual else ""


def _map(scope: Scope, opened: Open) -> dict[str, Any]:
    drawn = shapes.map_of([*scope.zones, *scope.parts])
    marks = []
    for place in opened.places:
        x, y = drawn.points[place.area.area.code]
        shape, reach = shapes.mark(place.state, x, y, place.n)
        marks.append({"place": place, "shape": shape, "x": x, "y": y + 4, "below": round(y + reach + 16)})
    districts = {part.area.code for part in scope.parts}
    outlines = [(code, path) for code, path in drawn.paths.items() if code in districts]
    zones = [path for code, path in drawn.paths.items() if code not in districts]
    chosen = drawn.paths.get(scope.area.area.code) if scope.area else None
    return {"box": drawn.box, "districts": outlines, "zones": zones, "chosen": chosen, "marks": marks}


def _tabs(scope: Scope) -> list[dict[str, Any]]:
    areas = [None, *scope.zones, *scope.districts]
    return [{"area": area, "query": _query(scope, area.area.code if area else ""), "here": area == scope.area}
            for area in areas]  # fmt: skip


def _days(scope: Scope) -> dict[str, str]:
    code = scope.area.area.code if scope.area else ""
    days = {"before": _query(scope, code, day=scope.day - DAY)}
    return days | ({"after": _query(scope, code, day=scope.day + DAY)} if scope.last and scope.day < scope.last else {})


def _query(scope: Scope, area: str, day: Any = None) -> str:
    """Return an address of this page; the last day that has reports needs no day in it."""
    shown = day or scope.day
    return "?" + urlencode(({"day": shown} if shown != scope.last else {}) | ({"a": area} if area else {}))


def _links(scope: Scope, actor: Actor) -> dict[str, str]:
    """Return the list behind each figure, where this person may open it; lists of now tell nothing of a past day."""
    day = str(scope.day)
    reports = {"reports": _address(actor, "intake:reports", since=day, until=day)}
    if scope.is_whole_day:
        return reports
    return reports | {
        "incidents": _address(actor, "triage:incidents", list="open"),
        "diverted": _address(actor, "triage:incidents", list="diverted"),
        "teams": _address(actor, "dispatch:assignments", tab="over", kind="mobile"),
        "problems": _address(actor, "prevention:lists", view="problems"),
        "lists": _address(actor, "prevention:lists", view="issued"),
        "key_areas": _address(actor, "prevention:inbox", origin="key_area"),
        "sites": _address(actor, "hotspots:sites"),
    }


def _address(actor: Actor, name: str, **query: str) -> str:
    address = reverse(name)
    return address + ("?" + urlencode(query) if query else "") if opens(actor, address) else ""


urlpatterns = [path("overview/", overview, name="overview")]
