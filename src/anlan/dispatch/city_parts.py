"""Reads units.csv of the city's folder."""

from __future__ import annotations

from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City, Organisation
from anlan.dispatch.models import Unit
from anlan.intake.models import Category

COLUMNS = ("code", "name", "name_en", "kind", "organisation", "people")


@city_part("units")
def load_units(folder: Path, city: City) -> None:
    """Make the city's units those of its folder; one that is gone is sent nowhere any more."""
    path = folder / "units.csv"
    if not path.exists():
        return
    known = {organisation.code: organisation for organisation in Organisation.objects.all()}
    seen: set[str] = set()
    for line, row in enumerate(rows(path, COLUMNS), start=2):
        seen.add(row["code"])
        Unit.objects.update_or_create(code=row["code"], defaults=_values(row, known, f"{path}:{line}"))
    Unit.objects.exclude(code__in=seen).update(active=False)


@city_part("kinds of units")
def require_kinds(folder: Path, city: City) -> None:
    """Refuse a category that asks for a kind of unit that there is not."""
    for category in Category.objects.exclude(units=""):
        if unknown := set(category.units.split("|")) - set(Unit.Kind.values):
            where = f"{folder / 'categories.csv'}: {category.code}"
            known = ", ".join(Unit.Kind.values)
            raise CityFolderError(f"{where} asks for units {', '.join(sorted(unknown))}; there are {known}")


def _values(row: dict[str, str], known: dict[str, Organisation], where: str) -> dict[str, object]:
    if not row["code"] or row["kind"] not in Unit.Kind.values:
        raise CityFolderError(f"{where}: a unit needs a code, and as kind one of {', '.join(Unit.Kind.values)}")
    if row["organisation"] not in known:
        raise CityFolderError(f"{where}: there is no organisation {row['organisation']!r}")
    try:
        place = {name: float(row[name]) if row.get(name) else None for name in ("lon", "lat")}
        people = int(row["people"])
    except ValueError as error:
        raise CityFolderError(f"{where}: people is a whole number, lon and lat are degrees") from error
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "kind": row["kind"],
        "organisation": known[row["organisation"]],
        "people": people,
        "active": True,
        **place,
    }
