"""Reads clocks.csv of the city's folder."""

from __future__ import annotations

from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City, ClockRule
from anlan.core.time.expiry import EXPIRIES
from anlan.core.time.rules import DAY_S, Counting, ladder_of

COLUMNS = ("code", "name", "name_en", "start", "stop", "target_s")
CALENDARS = {"all": Counting.HOURS, "working": Counting.WORKING}  # the column `calendar` of older folders


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
    start, stop, effect = row["start"], row["stop"], row.get("effect") or ""
    target, scope = row["target_s"] or ("" if start else "0"), row.get("scope") or ""
    if not row["code"] or not (stop or effect) or not target.isdigit():
        raise CityFolderError(f"{where}: a clock needs code, start, stop and target_s in whole seconds")
    if any("=" not in part for part in scope.split()):
        raise CityFolderError(f"{where}: write scope as name=value, such as unit_kind=mobile category=fire")
    if effect and effect not in EXPIRIES:
        known = ", ".join(sorted(EXPIRIES)) or "there are none"
        raise CityFolderError(f"{where}: no effect {effect!r}: {known}")
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "start": start,
        "stop": stop,
        "target_s": int(target),
        "counting": _counting(row, int(target), where),
        "owner": row.get("owner") or "",
        "scope": scope,
        "ladder": _ladder(row.get("ladder") or "", where),
        "effect": effect,
        "active": True,
    }


def _counting(row: dict[str, str], target_s: int, where: str) -> Counting:
    """Return how the target is counted: by the column `counting`, else by `calendar`, else every second."""
    written, calendar = row.get("counting") or "", row.get("calendar") or "all"
    if written not in {"", *Counting} or calendar not in CALENDARS:
        raise CityFolderError(f"{where}: counting is {', '.join(Counting)}; calendar, its older name, all or working")
    counting = Counting(written) if written else CALENDARS[calendar]
    if counting != Counting.HOURS and target_s % DAY_S:
        raise CityFolderError(f"{where}: a target in days or working days is whole days (86400, 172800, ...)")
    return counting


def _ladder(text: str, where: str) -> str:
    try:
        ladder_of(text)
    except ValueError as error:
        raise CityFolderError(f"{where}: {error}") from error
    return text
