"""The units, by whose they are and what they are: which are out, free or off shift."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.board import STATES, board, grouped
from anlan.triage.access import READERS


@roles(*READERS)
@never_cache
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Show the units that the address asks for: `?state=free&kind=mobile&of=command`."""
    asked = {name: request.GET.get(name, "") for name in ("state", "kind", "of")}
    rows = board(now(), actor_of_request(request))
    of_kind = [row for row in rows if asked["kind"] in {"", row.unit.kind}]
    of_kind = [row for row in of_kind if asked["of"] in {"", row.unit.organisation.code}]
    context = {
        "groups": grouped([row for row in of_kind if asked["state"] in {"", row.state}]),
        "counts": [(state, sum(1 for row in of_kind if row.state == state)) for state in STATES],
        "all": len(of_kind),
        "kinds": [(kind, name) for kind, name in Unit.Kind.choices if any(row.unit.kind == kind for row in rows)],
        "organisations": {row.unit.organisation.code: row.unit.organisation for row in rows}.values(),
        "asked": asked,
        "none": not rows,
    }
    return render(request, "dispatch/units.html", context)
