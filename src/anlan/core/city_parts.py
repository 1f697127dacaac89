"""Reads clocks.csv and acts.csv of the city's folder."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_noop as _

from anlan.core.city.faults import Place, Row, each, once
from anlan.core.city.folder import city_part, rows
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
    found = rows(path, COLUMNS)
    once(path, found, "code")
    return {rule.code: rule for rule in each(path, found, _rule)}


def _rule(row: Row, at: Place) -> ClockRule:
    named = shipped().get(row["code"])
    target = row["target_s"] or ("" if row["start"] or (named and named["target_s"]) else "0")
    if not row["code"] or not SECONDS.fullmatch(target):
        raise at.wrong(_("a clock needs code, start, stop and target_s in whole seconds"))
    words = {name: row.get(name) or "" for name in WORDS}
    rule = ClockRule(target_s=int(target), counting=_counting(row, at), **words)
    try:
        rule.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise at.unfit(error) from error
    return rule


def _counting(row: dict[str, str], at: Place) -> Counting:
    """Return how the target is counted: by the column `counting`, else by `calendar`, else every second."""
    written, calendar = row.get("counting") or "", row.get("calendar") or "all"
    if written not in {"", *Counting} or calendar not in CALENDARS:
        words = _("counting is %(known)s; calendar, its older name, all or working")
        raise at.wrong(words, known=", ".join(Counting))
    return Counting(written) if written else CALENDARS[calendar]


@city_part("acts")
def load_acts(folder: Path, city: City) -> None:
    """Make the city's acts of law those of its folder: of one act each version ends where the next begins."""
    path = folder / "acts.csv"
    lines = rows(path, ACT_COLUMNS)
    found = each(path, lines, _act)

    def fits(row: Row, at: Place) -> None:
        n = lines.index(row)
        try:
            found[n].require_fit([*found[:n], *found[n + 1 :]])
        except ValidationError as error:
            raise at.unfit(error) from error

    each(path, lines, fits)
    if path.exists():
        _keep(found)


def _keep(acts: list[LegalAct]) -> None:
    """Make the stored versions those of the file; one that is there stays the row that it is."""
    there = {(act.code, act.in_force_from): act for act in LegalAct.objects.all()}
    for act in acts:
        act.pk = there.pop((act.code, act.in_force_from), act).pk
    LegalAct.objects.filter(pk__in=[act.pk for act in there.values()]).delete()
    for act in acts:
        act.save()


def _act(row: Row, at: Place) -> LegalAct:
    begins, ends = (_day(row, name, at) for name in ("in_force_from", "until"))
    if not row["code"] or begins is None:
        raise at.wrong(_("an act needs a code and the day from which it is in force"))
    words = {name: row.get(name) or "" for name in ("code", "name", "name_en", "kind", "number", "replaces", "source")}
    act = LegalAct(in_force_from=begins, until=ends, **words)
    at.fit(act, blank=False)
    return act


def _day(row: Row, column: str, at: Place) -> dt.date | None:
    text = row.get(column) or ""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise at.wrong(_("'%(text)s' is no day: write it as 2016-10-01"), text=text) from error
