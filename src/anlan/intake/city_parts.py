"""Reads categories.csv and key_questions.csv of the city's folder, and the first look of older folders."""

from __future__ import annotations

import re
from pathlib import Path

from anlan.core.city.folder import CityFolderError, city_part, rows
from anlan.core.city_parts import clocks_left_out
from anlan.core.models import City, ClockRule
from anlan.core.time.deadlines import FILE, rule_of
from anlan.core.time.rules import Counting
from anlan.intake.models import Category, KeyQuestion
from anlan.intake.queries.unsorted import FIRST_LOOK

COLUMNS = ("code", "name", "name_en", "kind", "group")
QUESTION_COLUMNS = ("code", "name", "name_en", "yes", "yes_en", "urgency")
QUESTIONS = "key_questions.csv"
CODE = re.compile("[a-z0-9_]{1,16}")
CALL_KEYS = ("", "F7", "F8")  # the call desk's own; the others are taken


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


@city_part("key questions")
def load_questions(folder: Path, city: City) -> None:
    """Make the key questions those of the folder, else those that are shipped; one that is gone is asked no more."""
    own = folder / QUESTIONS
    path = own if own.exists() else Path(__file__).parent / QUESTIONS
    seen: set[str] = set()
    for line, row in enumerate(rows(path, QUESTION_COLUMNS), start=2):
        seen.add(row["code"])
        values = _question(row, f"{path}:{line}")
        KeyQuestion.objects.update_or_create(code=row["code"], defaults=values)
    KeyQuestion.objects.exclude(code__in=seen).update(active=False)


@city_part("first look")
def load_first_look(folder: Path, city: City) -> None:
    """Carry `first_look_minutes` of older folders over to the clock, where clocks.csv does not have it.

    The public page promises it in minutes, so its time is counted every second.
    """
    if ClockRule.objects.filter(code=FIRST_LOOK).exclude(counting=Counting.HOURS).exists():
        raise CityFolderError(f"{folder / FILE}: {FIRST_LOOK} is promised in minutes: its counting is {Counting.HOURS}")
    if any(rung.minutes is None for rung in rule_of(FIRST_LOOK).rungs()):
        raise CityFolderError(f"{folder / FILE}: the ladder of {FIRST_LOOK} is in minutes, such as supervise:+1m")
    minutes = city.option("first_look_minutes", None)
    if minutes is not None and FIRST_LOOK in clocks_left_out(folder):
        ClockRule.objects.filter(code=FIRST_LOOK).update(target_s=int(minutes) * 60)


def _values(row: dict[str, str], where: str) -> dict[str, object]:
    if (urgency := row.get("urgency") or "3") not in {"1", "2", "3"}:
        raise CityFolderError(f"{where}: urgency {urgency!r} is none of 1 (at once), 2 (soon), 3 (routine)")
    if (key := row.get("call_key", "")) not in CALL_KEYS:
        raise CityFolderError(f"{where}: call_key {key!r} is none of {', '.join(filter(None, CALL_KEYS))}, nor empty")
    return {
        "name": row["name"],
        "name_en": row["name_en"],
        "kind": row["kind"],
        "group": row["group"],
        "public": row.get("public") == "1",
        "depth": row.get("depth") == "1",
        "police": row.get("police") == "1",
        "exclusion_gate": row.get("exclusion_gate") == "1",
        "urgency": int(urgency),
        "public_name": row.get("public_name", ""),
        "public_name_en": row.get("public_name_en", ""),
        "units": row.get("units", ""),
        "needs_place": row.get("needs_place") != "0",
        "call_key": key,
        "sort": _sort(row, where),
        "active": True,
    }


def _question(row: dict[str, str], where: str) -> dict[str, object]:
    if not CODE.fullmatch(row["code"]) or row["urgency"] not in {"1", "2"}:
        raise CityFolderError(f"{where}: a question needs a code of a-z, 0-9 and _, and urgency 1 or 2")
    words = {name: row.get(name) or "" for name in ("name", "name_en", "yes", "yes_en", "scope")}
    return {**words, "urgency": int(row["urgency"]), "sort": _sort(row, where), "active": True}


def _sort(row: dict[str, str], where: str) -> int:
    try:
        return int(row.get("sort") or 0)
    except ValueError as error:
        raise CityFolderError(f"{where}: sort {row['sort']!r} is no whole number") from error
