"""Reads clocks.csv of the city's folder."""

from __future__ import annotations

from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City, ClockRule

COLUMNS = ("code", "name", "name_en", "start", "stop", "target_s")


@city_part("clocks")
def load_clocks(folder: Path, city: City) -> None:
    """Make the city's clocks those of its folder; one that is gone runs out where it runs and starts no more."""
    path = folder / "clocks.csv"
    if not path.exists():
        return
    seen: set[str] = set()
    for line, row in enumerate(rows(path, COLUMNS), start=2):
        seen.add(row["code"])
        ClockRule.objects.update_or_create(code=row["code"], defaults=_values(row, f"{path}:{line}"))
    ClockRule.objects.exclude(code__in=seen).update(active=False)


def _values(row: dict[str, str], where: str) -> dict[str, object]:
    calendar, target, scope = row.get("calendar") or "all", row["target_s"], row.get("scope") or ""
    if not row["code"] or not row["start"] or not row["stop"] or not target.isdigit():
        raise CityFolderError(f"{where}: a clock needs code, start, stop and target_s in whole seconds")
    if calendar not in ClockRule.Calendar.values or (calendar == "working" and int(target) % 86_400):
        raise CityFolderError(f"{where}: calendar is all, or working with a target of whole days (86400, 172800, ...)")
    if any("=" not in part for part in scope.split()):
        raise CityFolderError(f"{where}: write scope as name=value, such as unit_kind=mobile category=fire")
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "start": row["start"],
        "stop": row["stop"],
        "target_s": int(target),
        "calendar": calendar,
        "owner": row.get("owner") or "",
        "scope": scope,
        "active": True,
    }
