"""Reads categories.csv and key_questions.csv of the city's folder, and the first look of older folders."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import gettext_noop as _

from anlan.core.city.faults import Place, Row, each, once
from anlan.core.city.folder import city_part, rows
from anlan.core.city.kept import keeps
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
keeps("categories.csv", Category, "code name name_en kind group public depth police exclusion_gate urgency units"
      " needs_place call_key public_name public_name_en sort active")  # fmt: skip
keeps(QUESTIONS, KeyQuestion, "code name name_en yes yes_en urgency scope sort active")


@city_part("categories")
def load_categories(folder: Path, city: City) -> None:
    """Make the city's categories those of its folder; one that is gone stays for the reports that carry it."""
    path = folder / "categories.csv"
    found = rows(path, COLUMNS)
    once(path, found, "code")
    for row, values in zip(found, each(path, found, _values), strict=True):
        Category.objects.update_or_create(code=row["code"], defaults=values)
    if found:
        Category.objects.exclude(code__in=[row["code"] for row in found]).update(active=False)


@city_part("key questions")
def load_questions(folder: Path, city: City) -> None:
    """Make the key questions those of the folder, else those that are shipped; one that is gone is asked no more."""
    own = folder / QUESTIONS
    path = own if own.exists() else Path(__file__).parent / QUESTIONS
    found = rows(path, QUESTION_COLUMNS)
    once(path, found, "code")
    for row, values in zip(found, each(path, found, _question), strict=True):
        KeyQuestion.objects.update_or_create(code=row["code"], defaults=values)
    KeyQuestion.objects.exclude(code__in=[row["code"] for row in found]).update(active=False)


@city_part("first look")
def load_first_look(folder: Path, city: City) -> None:
    """Carry `first_look_minutes` of older folders over to the clock, where clocks.csv does not have it.

    The public page promises it in minutes, so its time is counted every second.
    """
    if ClockRule.objects.filter(code=FIRST_LOOK).exclude(counting=Counting.HOURS).exists():
        words = _("%(code)s is promised in minutes: its counting is %(counting)s")
        raise Place(folder / FILE).wrong(words, "counting", code=FIRST_LOOK, counting=Counting.HOURS)
    if any(rung.minutes is None for rung in rule_of(FIRST_LOOK).rungs()):
        words = _("the ladder of %(code)s is in minutes, such as supervise:+1m")
        raise Place(folder / FILE).wrong(words, "ladder", code=FIRST_LOOK)
    minutes = city.option("first_look_minutes", None)
    if minutes is not None and FIRST_LOOK in clocks_left_out(folder):
        ClockRule.objects.filter(code=FIRST_LOOK).update(target_s=int(minutes) * 60)


def _values(row: Row, at: Place) -> dict[str, object]:
    if not row["code"] or row["kind"] not in Category.Kind.values:
        words = _("a category needs a code, and as kind one of %(known)s")
        raise at.wrong(words, "kind" if row["code"] else "code", known=", ".join(Category.Kind.values))
    if (urgency := row.get("urgency") or "3") not in {"1", "2", "3"}:
        words = _("urgency '%(urgency)s' is none of 1 (at once), 2 (soon), 3 (routine)")
        raise at.wrong(words, "urgency", urgency=urgency)
    if (key := row.get("call_key", "")) not in CALL_KEYS:
        words = _("call_key '%(key)s' is none of %(known)s, nor empty")
        raise at.wrong(words, "call_key", key=key, known=", ".join(filter(None, CALL_KEYS)))
    values: dict[str, object] = {
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
        "sort": _sort(row, at),
        "active": True,
    }
    at.fit(Category(code=row["code"], **values))
    return values


def _question(row: Row, at: Place) -> dict[str, object]:
    if not CODE.fullmatch(row["code"]) or row["urgency"] not in {"1", "2"}:
        raise at.wrong(_("a question needs a code of a-z, 0-9 and _, and urgency 1 or 2"))
    words = {name: row.get(name) or "" for name in ("name", "name_en", "yes", "yes_en", "scope")}
    values: dict[str, object] = {**words, "urgency": int(row["urgency"]), "sort": _sort(row, at), "active": True}
    at.fit(KeyQuestion(code=row["code"], **values))
    return values


def _sort(row: dict[str, str], at: Place) -> int:
    try:
        return int(row.get("sort") or 0)
    except ValueError as error:
        raise at.wrong(_("sort '%(sort)s' is no whole number"), "sort", sort=row["sort"]) from error
