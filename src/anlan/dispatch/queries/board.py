"""The board of units: what each does now, and where on the map it stands by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from anlan.core.people.actors import Actor
from anlan.core.words import area_label
from anlan.dispatch.models import Assignment, Unit
from anlan.dispatch.queries.places import point
from anlan.dispatch.queries.units import on_duty, units_of

OUT, FREE, OFF = ("out", "free", "off")
MOST: Final = 2000  # marks of one map


@dataclass(frozen=True)
class Row:
    """A unit, what it is sent to, and whether it is out, free, or off shift."""

    unit: Unit
    held: Assignment | None
    state: str


def stated(actor: Actor, at: dt.datetime) -> QuerySet[Unit]:
    """Return the units that an actor sees, by whose and what they are, with whether each is `out`, and `on` duty."""
    busy = Assignment.objects.visible_to(actor).open().filter(unit=OuterRef("pk"))
    units = units_of(actor).annotate(on=on_duty(at), out=Exists(busy))
    return units.order_by("organisation__name", "kind", "-out", "-on", "code")


def board(units: Sequence[Unit], actor: Actor) -> list[Row]:
    """Return units with what each is sent to."""
    busy = Assignment.objects.visible_to(actor).open().filter(unit__in=units)
    incidents = busy.select_related("incident__category_at_call", "incident__category_confirmed")
    held = {assignment.unit_id: assignment for assignment in incidents}
    return [Row(unit, held.get(unit.pk), _state(unit)) for unit in units]


def places_of(units: QuerySet[Unit]) -> dict[str, Any]:
    """Return where units stand by as GeoJSON; where one is now nobody keeps."""
    found = units.exclude(lon=None).exclude(lat=None)[:MOST]
    return {"type": "FeatureCollection", "features": [
        point(unit.lon, unit.lat, id=unit.code, label=area_label(unit), rank=2, near=True,
              state=OUT if _state(unit) == OUT else "unit") for unit in found]}  # fmt: skip


def _state(unit: Unit) -> str:
    return OUT if unit.out else FREE if unit.on else OFF  # type: ignore[attr-defined]  # by `stated`
