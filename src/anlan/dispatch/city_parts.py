"""Reads units.csv of the city's folder."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_noop as _

from anlan.core.city.faults import Place, Row, each, once
from anlan.core.city.folder import city_part, rows
from anlan.core.city.kept import keeps
from anlan.core.models import City, Organisation
from anlan.dispatch.models import Unit
from anlan.intake.models import Category

COLUMNS = ("code", "name", "name_en", "kind", "organisation", "people")
keeps(
    "units.csv",
    Unit,
    {name: name for name in (*COLUMNS, "lon", "lat", "active")} | {"organisation": "organisation__code"},
)


@city_part("units")
def load_units(folder: Path, city: City) -> None:
    """Make the city's units those of its folder; one that is gone is sent nowhere any more."""
    path = folder / "units.csv"
    if not path.exists():
        return
    known = {organisation.code: organisation for organisation in Organisation.objects.all()}
    found = rows(path, COLUMNS)
    once(path, found, "code")
    for row, values in zip(found, each(path, found, lambda row, at: _values(row, known, at)), strict=True):
        Unit.objects.update_or_create(code=row["code"], defaults=values)
    Unit.objects.exclude(code__in=[row["code"] for row in found]).update(active=False)


@city_part("kinds of units")
def require_kinds(folder: Path, city: City) -> None:
    """Refuse a category that asks for a kind of unit that there is not."""
    for category in Category.objects.exclude(units=""):
        if unknown := set(category.units.split("|")) - set(Unit.Kind.values):
            words = _("%(category)s asks for units %(unknown)s; there are %(known)s")
            about = {"unknown": ", ".join(sorted(unknown)), "known": ", ".join(Unit.Kind.values)}
            raise Place(folder / "categories.csv").wrong(words, "units", category=category.code, **about)


def _values(row: Row, known: dict[str, Organisation], at: Place) -> dict[str, object]:
    if not row["code"] or row["kind"] not in Unit.Kind.values:
        words = _("a unit needs a code, and as kind one of %(known)s")
        raise at.wrong(words, "kind" if row["code"] else "code", known=", ".join(Unit.Kind.values))
    if row["organisation"] not in known:
        words = _("there is no organisation '%(code)s': add it to organisations.csv, or correct the line")
        raise at.wrong(words, "organisation", code=row["organisation"])
    values: dict[str, object] = {
        "name": row["name"],
        "name_en": row["name_en"],
        "kind": row["kind"],
        "organisation": known[row["organisation"]],
        "people": _number(row, "people", int, at),
        "active": True,
        "lon": _number(row, "lon", float, at) if row.get("lon") else None,
        "lat": _number(row, "lat", float, at) if row.get("lat") else None,
    }
    at.fit(Unit(code=row["code"], **values))
    return values


def _number(row: Row, column: str, read: type[int] | type[float], at: Place) -> float:
    try:
        return read(row[column])
    except ValueError as error:
        raise at.wrong(_("people is a whole number, lon and lat are degrees"), column) from error
