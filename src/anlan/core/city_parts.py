"""Reads clocks.csv and acts.csv of the city's folder."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.models import City, ClockRule, LegalAct
from anlan.core.time.deadlines import FILE, shipped
from anlan.core.time.rules import Counting

COLUMNS = ("code", "name", "name_en", "start", "stop", "target_s")
ACT_COLUMNS = ("code", "name", "name_en", "kind", "in_force_from")
RULE_FIELDS = [field.name for field in ClockRule._meta.concrete_fields if field.name not in {"id", "code"}]
WORDS = ("code", "name", "name_en", "start", "stop", "owner", "scope", "ladder", "effect")
SECONDS = re.compile("[0-9]{1,19}")  # ASCII, and no more than the database's own numbers
CALENDARS = {"all": Counting.HOURS, "working": Counting.WORKING}  # the column `calendar` of older folders


@city_part("clocks")
def load_clocks(folder: Path, city: City) -> None:
    """Make the city's clocks those of its folder; one that is gone runs out where it runs and starts no more.

    A clock that a verb asks for by name is there in any case: as the folder has it, else as its stage ships it.
    """
    path = folder / FILE
    found = _rules(path)
    rules = {code: ClockRule(**values) for code, values in shipped().items()} | found
    ClockRule.objects.bulk_create(
        rules.values(), update_conflicts=True, unique_fields=["code"], update_fields=RULE_FIELDS
    )
    if path.exists():
        ClockRule.objects.exclude(code__in={*shipped(), *found}).update(active=False)


def clocks_left_out(folder: Path) -> list[str]:
    """Return which clocks that verbs ask for by name a folder does not have: those that are shipped hold."""
    return sorted(shipped().keys() - {row["code"] for row in rows(folder / FILE, COLUMNS)})


def _rules(path: Path) -> dict[str, ClockRule]:
    found: dict[str, ClockRule] = {}
    lines: dict[str, int] = {}
    for line, row in enumerate(rows(path, COLUMNS), start=2):
        code, where = row["code"], f"{path}:{line}"
        if lines.setdefault(code, line) != line:
            raise CityFolderError(f"{where}: {code} stands in line {lines[code]} already: keep one of the two")
        found[code] = _rule(row, where)
        with _at(where):
            found[code].full_clean(validate_unique=False, validate_constraints=False)
    return found


def _rule(row: dict[str, str], where: str) -> ClockRule:
    named = shipped().get(row["code"])
    target = row["target_s"] or ("" if row["start"] or (named and named["target_s"]) else "0")
    if not row["code"] or not SECONDS.fullmatch(target):
        raise CityFolderError(f"{where}: a clock needs code, start, stop and target_s in whole seconds")
    words = {name: row.get(name) or "" for name in WORDS}
    return ClockRule(target_s=int(target), counting=_counting(row, where), **words)


def _counting(row: dict[str, str], where: str) -> Counting:
    """Return how the target is counted: by the column `counting`, else by `calendar`, else every second."""
    written, calendar = row.get("counting") or "", row.get("calendar") or "all"
    if written not in {"", *Counting} or calendar not in CALENDARS:
        raise CityFolderError(f"{where}: counting is {', '.join(Counting)}; calendar, its older name, all or working")
    return Counting(written) if written else CALENDARS[calendar]


@contextmanager
def _at(where: str) -> Iterator[None]:
    """Say of what the model refuses in which line it stands."""
    try:
        yield
    except ValidationError as error:
        words = "; ".join(f"{name}: {' '.join(why)}" for name, why in error.message_dict.items())
        raise CityFolderError(f"{where}: {words}") from error


@city_part("acts")
def load_acts(folder: Path, city: City) -> None:
    """Make the city's acts of law those of its folder: of one act each version ends where the next begins."""
    path = folder / "acts.csv"
    found = [_act(row, f"{path}:{line}") for line, row in enumerate(rows(path, ACT_COLUMNS), start=2)]
    for n, act in enumerate(found):
        with _at(f"{path}:{n + 2}"):
            act.require_fit([*found[:n], *found[n + 1 :]])
    if path.exists():
        LegalAct.objects.all().delete()
        LegalAct.objects.bulk_create(found)


def _act(row: dict[str, str], where: str) -> LegalAct:
    begins, ends = (_day(row.get(name) or "", where) for name in ("in_force_from", "until"))
    if not row["code"] or begins is None:
        raise CityFolderError(f"{where}: an act needs a code and the day from which it is in force")
    words = {name: row.get(name) or "" for name in ("code", "name", "name_en", "kind", "number", "replaces", "source")}
    act = LegalAct(in_force_from=begins, until=ends, **words)
    with _at(where):
        act.clean_fields()
    return act


def _day(text: str, where: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CityFolderError(f"{where}: {text!r} is no day: write it as 2016-10-01") from error
