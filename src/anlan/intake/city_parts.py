"""Reads categories.csv of the city's folder."""

from __future__ import annotations

from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City
from anlan.intake.models import Category

COLUMNS = ("code", "name", "name_en", "kind", "group")


@city_part("categories")
def load_categories(folder: Path, city: City) -> None:
    """Make the city's categories those of its folder; one that is gone stays for the reports that carry it."""
    path = folder / "categories.csv"
    found = rows(path, COLUMNS)
    seen: set[str] = set()
    for line, row in enumerate(found, start=2):
        if not row["code"] or row["code"] in seen or row["kind"] not in Category.Kind.values:
            known = ", ".join(Category.Kind.values)
            raise CityFolderError(f"{path}:{line}: each code stands once and its kind is one of {known}")
        seen.add(row["code"])
        Category.objects.update_or_create(code=row["code"], defaults=_values(row, f"{path}:{line}"))
    if found:
        Category.objects.exclude(code__in=seen).update(active=False)


def _values(row: dict[str, str], where: str) -> dict[str, object]:
    try:
        sort = int(row.get("sort") or 0)
    except ValueError as error:
        raise CityFolderError(f"{where}: sort {row['sort']!r} is no whole number") from error
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "kind": row["kind"],
        "group": row["group"],
        "public": row.get("public") == "1",
        "depth": row.get("depth") == "1",
        "police": row.get("police") == "1",
        "exclusion_gate": row.get("exclusion_gate") == "1",
        "public_name": row.get("public_name", ""),
        "public_name_en": row.get("public_name_en", ""),
        "sort": sort,
        "active": True,
    }
