"""A figure by district on a comparable basis: both years by the boundaries in force at the end of the period."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from anlan.bulletin.kinds import CHUNK, KINDS
from anlan.bulletin.measuring import Drawn, Measure
from anlan.core.areas import area_index

DISTRICTS = ("district", "county_city")
OUTSIDE = "-"  # without a point, or outside every district: parts and whole agree


def by_district(of: Measure, drawn: Drawn, day: dt.date) -> dict[str, Drawn]:
    """Divide a figure's rows among the districts in force on a day; what lies in none is kept apart."""
    versions, index = area_index(day)
    wanted = [n for n, one in enumerate(versions) if one.area.kind in DISTRICTS]
    ids, lon, lat = _points(of, drawn)
    rows, areas = index.assign(lon, lat) if len(ids) else (np.empty(0, int), np.empty(0, int))
    code = np.full(len(drawn.ids), -1)
    at = np.searchsorted(drawn.ids, ids)
    for n in reversed(wanted):
        code[at[rows[areas == n]]] = n
    parts = {versions[n].area.code: code == n for n in wanted} | {OUTSIDE: code == -1}
    return {name: Drawn(drawn.ids[mask], drawn.values[mask]) for name, mask in parts.items() if mask.any()}


def _points(of: Measure, drawn: Drawn) -> tuple[Any, Any, Any]:
    kind = KINDS[of.of]
    found: list[tuple[int, float, float]] = []
    ids = drawn.ids.tolist()
    for start in range(0, len(ids), CHUNK):
        some = kind.model._default_manager.filter(pk__in=ids[start : start + CHUNK])
        told = some.filter(**{f"{kind.point[0]}__isnull": False})
        found += told.values_list("pk", *kind.point)
    if not found:
        return np.empty(0, np.int64), np.empty(0), np.empty(0)
    pk, lon, lat = (np.array(column) for column in zip(*found, strict=True))
    return pk.astype(np.int64), lon, lat
