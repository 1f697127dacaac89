"""Reads clocks.csv and acts.csv of the city's folder."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City, ClockRule, LegalAct
from anlan.core.time.deadlines import FILE, shipped
from anlan.core.time.expiry import EXPIRIES
from anlan.core.time.rules import DAY_S, Counting, ladder_of

COLUMNS = ("code", "name", "name_en", "start", "stop", "target_s")
ACT_COLUMNS = ("code", "name", "name_en", "kind", "in_force_from")
RULE_FIELDS = [field.name for field in ClockRule._meta.concrete_fields if field.name not in {"id", "code"}]
CALENDARS = {"all": Counting.HOURS, "working": Counting.WORKING}  # the column `calendar` of older folders


@city_part("clocks")
def load_clocks(folder: Path, city: City) -> None:
    """Make the city's clocks those of its folder; one that is gone runs out where it runs and starts no more.

    A clock that a verb asks for by name is there in any case: as the folder has it, else as its stage ships it.
    """
    path = folder / FILE
    found = {row["code"]: _values(row, f"{path}:{line}") for line, row in enumerate(rows(path, COLUMNS), start=2)}
    rules = [ClockRule(**{**values, "code": code}) for code, values in {**shipped(), **found}.items()]
    ClockRule.objects.bulk_create(rules, update_conflicts=True, unique_fields=["code"], update_fields=RULE_FIELDS)
    if path.exists():
        ClockRule.objects.exclude(code__in={*shipped(), *found}).update(active=False)


def clocks_left_out(folder: Path) -> list[str]:
    """Return which clocks that verbs ask for by name a folder does not have: those that are shipped hold."""
    return sorted(shipped().keys() - {row["code"] for row in rows(folder / FILE, COLUMNS)})


def _values(row: dict[str, str], where: str) -> dict[str, object]:
    start, stop, effect = row["start"], row["stop"], row.get("effect") or ""
    named, scope = shipped().get(row["code"]), row.get("scope") or ""
    target = row["target_s"] or ("" if start or (named and named["target_s"]) else "0")
    if not row["code"] or not (stop or effect or named) or not target.isdigit():
        raise CityFolderError(f"{where}: a clock needs code, start, stop and target_s in whole seconds")
    if named and (start or stop or scope or effect):
        raise CityFolderError(f"{where}: verbs start and end {row['code']}: leave start, stop, scope and effect empty")
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


@city_part("acts")
def load_acts(folder: Path, city: City) -> None:
    """Make the city's acts of law those of its folder: of one act each version ends where the next begins."""
    path = folder / "acts.csv"
    found = [_act(row, f"{path}:{line}") for line, row in enumerate(rows(path, ACT_COLUMNS), start=2)]
    known = {act.code for act in found}
    for act in found:
        if act.replaces and act.replaces not in known:
            raise CityFolderError(f"{path}: {act} replaces {act.replaces!r}, which is not in the file")
    for before, after in pairwise(sorted(found, key=lambda act: (act.code, act.in_force_from))):
        if before.code == after.code and (before.until is None or before.until > after.in_force_from):
            raise CityFolderError(f"{path}: {before} is still in force when {after} begins: write its `until`")
    if path.exists():
        LegalAct.objects.all().delete()
        LegalAct.objects.bulk_create(found)


def _act(row: dict[str, str], where: str) -> LegalAct:
    begins, ends = (_day(row.get(name) or "", where) for name in ("in_force_from", "until"))
    if not row["code"] or begins is None or (ends and ends <= begins):
        raise CityFolderError(f"{where}: an act needs a code, the day from which it is in force, and a later `until`")
    words = {name: row.get(name) or "" for name in ("code", "name", "name_en", "kind", "number", "replaces", "source")}
    return LegalAct(in_force_from=begins, until=ends, **words)


def _day(text: str, where: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CityFolderError(f"{where}: {text!r} is no day: write it as 2016-10-01") from error
