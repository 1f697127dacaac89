"""The clocks of incidents, and what their scopes may ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from anlan.core.city.areas import areas_at, local_day
from anlan.core.models import ClockRun
from anlan.triage.models import Incident


def facts(incident: Incident) -> dict[str, str | None]:
    """Return what the scopes of clocks may ask for."""
    zone = zone_at(incident.lon, incident.lat, incident.opened_at)
    return {
        "category": incident.category.code, "kind": incident.kind, "urgency": str(incident.urgency), "zone": zone
    }  # fmt: skip


def zone_at(lon: float | None, lat: float | None, at: dt.datetime) -> str | None:
    """Return the code of the zone that a place lies in on that day, as a clock's scope asks for it."""
    if lon is None or lat is None:
        return None
    covers = areas_at(lon, lat, local_day(at))
    return next((version.area.code for version in covers if version.area.kind == "zone"), None)


def clocks_of(incidents: Sequence[Incident]) -> dict[str, ClockRun]:
    """Return for each subject the running clock that is due first."""
    subjects = [incident.subject for incident in incidents]
    runs = ClockRun.objects.running().filter(subject__in=subjects).select_related("rule")
    return {run.subject: run for run in runs.order_by("-due_at")}
