"""A figure by district on a comparable basis: both years by the boundaries in force at the end of the period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from anlan.bulletin.figures.drawn import Drawn, Ids
from anlan.bulletin.figures.kinds import CHUNK, KINDS
from anlan.bulletin.figures.measure import Measure
from anlan.core.city.areas import area_index

DISTRICTS = ("district", "county_city")
POINT = np.dtype([("id", "<i8"), ("lon", "<f8"), ("lat", "<f8")])
OUTSIDE = "-"  # without a point, or outside every district: parts and whole agree


def by_district(of: Measure, drawn: Drawn, day: dt.date) -> dict[str, Drawn]:
    """Divide a figure's rows among the districts in force on a day; what lies in none is kept apart."""
    versions, index = area_index(day)
    wanted = [n for n, version in enumerate(versions) if version.area.kind in DISTRICTS]
    ids, lon, lat = _points(of, drawn)
    rows, areas = index.assign(lon, lat) if len(ids) else (np.empty(0, int), np.empty(0, int))
    code = np.full(drawn.n, -1)
    at = np.searchsorted(drawn.ids, ids)
    for n in reversed(wanted):
        code[at[rows[areas == n]]] = n
    parts = {versions[n].area.code: code == n for n in wanted} | {OUTSIDE: code == -1}
    return {name: Drawn(drawn.ids[mask], drawn.values[mask]) for name, mask in parts.items() if mask.any()}


def _points(of: Measure, drawn: Drawn) -> tuple[Any, Any, Any]:
    """Return those of the rows that have a point, with it."""
    points = chain.from_iterable(_some(of, drawn.ids[n : n + CHUNK]) for n in range(0, drawn.n, CHUNK))
    table = np.fromiter(points, POINT)
    mine = np.isin(table["id"], drawn.ids)
    return table["id"][mine], table["lon"][mine], table["lat"][mine]


def _some(of: Measure, ids: Ids) -> Iterator[tuple[int, float, float]]:
    """Read the points of some rows: where nearly all of a stretch are asked for, the whole stretch is cheaper."""
    kind, first, last = KINDS[of.of], int(ids[0]), int(ids[-1])
    near = last - first < 4 * len(ids)
    wanted: dict[str, Any] = {"pk__range": (first, last)} if near else {"pk__in": ids.tolist()}
    some = kind.model._default_manager.filter(**wanted, **{f"{kind.point[0]}__isnull": False})
    yield from some.values_list("pk", *kind.point)
