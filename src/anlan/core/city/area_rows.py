"""Reads areas.geojson of the city's folder: areas and zones with their outlines and dates of validity."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from anlan.core.city.faults import CityFolderError, Place, together
from anlan.core.models import Area, AreaVersion


@dataclass(frozen=True)
class AreaRow:
    """One feature of areas.geojson, checked."""

    code: str
    kind: str
    name: str
    name_en: str
    parent: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    predecessors: tuple[str, ...]
    population: int | None
    outline: BaseGeometry


def area_rows(path: Path) -> list[AreaRow]:
    """Return the features of the file, checked; every one that cannot be used is told."""
    at = Place(path)
    if not path.exists():
        raise at.wrong(_("a city needs at least one area"))
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise at.wrong(_("not a GeoJSON FeatureCollection (%(reason)s)"), reason=error) from error
    if not features:
        raise at.wrong(_("a city needs at least one area"))
    if not isinstance(features, list):
        reason = f"features: {type(features).__name__}"
        raise at.wrong(_("not a GeoJSON FeatureCollection (%(reason)s)"), reason=reason)
    read_rows = together([partial(_area, path, n, feature) for n, feature in enumerate(features, start=1)])
    known = {row.code for row in read_rows}
    for number, row in enumerate(read_rows, start=1):
        for code in (row.parent, *row.predecessors):
            if code is not None and code not in known:
                words = _("area %(area)s names '%(code)s', which is not in the file")
                raise Place(path, number).wrong(words, area=row.code, code=code)
    return read_rows


def _area(path: Path, number: int, feature: dict[str, Any]) -> AreaRow:
    at = Place(path, number)
    try:
        properties = feature["properties"]
        outline = shape(feature["geometry"])
        if outline.is_empty or not outline.is_valid:
            raise at.wrong(_("its outline crosses itself or is empty; repair it"), "geometry")
        if properties["kind"] not in Area.Kind.values:
            words = _("kind '%(kind)s' is none of %(known)s")
            raise at.wrong(words, "kind", kind=properties["kind"], known=", ".join(Area.Kind.values))
        begins = dt.date.fromisoformat(properties.get("valid_from") or "1900-01-01")
        ends = dt.date.fromisoformat(properties["valid_to"]) if properties.get("valid_to") else None
        if ends and ends <= begins:
            raise at.wrong(
                _("valid_to is the first day on which it is no longer in force: later than valid_from"), "valid_to"
            )
        row = AreaRow(
            str(properties["code"]),
            properties["kind"],
            properties["name"],
            properties.get("name_en") or properties["name"],
            properties.get("parent") or None,
            begins,
            ends,
            tuple(properties.get("predecessors") or ()),
            properties.get("population"),
            outline,
        )
        _fit(row, at)
        return row
    except CityFolderError:
        raise
    except KeyError as error:
        raise at.wrong(_("this feature has no %(name)s"), name=error.args[0]) from error
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise at.wrong(_("this feature cannot be read (%(reason)s)"), reason=error) from error


def _fit(row: AreaRow, at: Place) -> None:
    """Refuse an area that the tables could not hold."""
    f"{row.code}{row.name}{row.name_en}".encode()
    for column, codes in (("parent", [row.parent] if row.parent else []), ("predecessors", row.predecessors)):
        if not all(isinstance(code, str) for code in codes):
            raise at.wrong(_("%(column)s holds codes of areas, in quotes"), column, column=column)
    at.fit(Area(code=row.code, kind=row.kind), blank=False)
    at.fit(AreaVersion(name=row.name, name_en=row.name_en, population=row.population))
