"""Deadlines that verbs ask for by name: until when, by which ladder, and which of them runs on each of many matters."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.apps import apps

from anlan.core.chunks import IN_ONE_QUERY, chunks
from anlan.core.city.current import city_read_once, city_zone, forget_city, kept, read_once
from anlan.core.ledger.inserts import insert
from anlan.core.ledger.updates import update
from anlan.core.models import ClockRule, ClockRun, Organisation
from anlan.core.refusals import Refused
from anlan.core.time.calendar import working_calendar
from anlan.core.time.clocks import city_rules
from anlan.core.time.rules import Counting, due, last_day

FILE = "clocks.csv"
COLUMNS = [field.attname for field in ClockRun._meta.concrete_fields if not field.primary_key]


class Timed(NamedTuple):
    """What a matter waits for from a moment on: a named clock or none, whose, and until when if a person chose that."""

    subject: str
    at: dt.datetime
    clock: str | None
    holder: int | None = None
    due_at: dt.datetime | None = None


@cache
def shipped() -> dict[str, dict[str, Any]]:
    """Return the clocks that stages ask for by name, as each ships them for cities that do not say otherwise."""
    files = [Path(app.path) / FILE for app in apps.get_app_configs() if app.name.startswith("anlan.")]
    found: dict[str, dict[str, Any]] = {}
    for path in filter(Path.is_file, files):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["code"]: {**row, "target_s": int(row["target_s"] or 0)} for row in csv.DictReader(file)}
    return found


def rule_of(clock: str) -> ClockRule:
    """Return the city's rule; a city that has none yet goes by the one that the stage ships, not yet stored."""
    return city_rules().by_code.get(clock) or ClockRule(**shipped()[clock])


def due_at(clock: str, at: dt.datetime) -> dt.datetime:
    """Return when a clock that starts at a moment is due; within `city_read_once` each day is counted once."""
    (target_s, counting), zone = rule_of(clock).timing(at), city_zone()
    if counting == Counting.HOURS:
        return at + dt.timedelta(seconds=target_s)
    name = f"{clock} of {target_s} by {counting} from {at.astimezone(zone).date()}"
    return read_once(name, lambda: due(at, target_s, counting, working_calendar(), zone))


def due_on(clock: str, at: dt.datetime) -> dt.date:
    """Return the last day of a clock that starts at a moment."""
    return last_day(due_at(clock, at), city_zone())


def begin(timed: Sequence[Timed], *, fresh: bool = False) -> None:
    """End which named clock runs on each matter and start the one that now runs; many at once, in three statements.

    Inside the verb that leaves the entries, which holds the matters under lock. On `fresh` matters none runs yet.
    """
    running: dict[str, int | dict[str, Any]] = {} if fresh else dict(_running(timed))
    ended: list[ClockRun] = []
    begun: list[dict[str, Any]] = []
    with city_read_once():
        owners = _owners(timed)
        for subject, at, clock, holder, chosen in timed:
            run = running.pop(subject, None)
            if isinstance(run, int):
                ended.append(ClockRun(pk=run, stopped_at=at))
            elif run:
                run["stopped_at"] = at
            if clock and (rule := _stored(clock)).active:
                until = chosen or due_at(clock, at)
                begun.append(_run(rule, subject, owners.get(rule.owner, holder), at, until))
                running[subject] = begun[-1]
    update(ClockRun, ended, ["stopped_at"])
    insert(ClockRun, begun)


def _run(rule: ClockRule, subject: str, owner: int | None, at: dt.datetime, until: dt.datetime) -> dict[str, Any]:
    return {
        "rule_id": rule.pk, "subject": subject, "organisation_id": owner, "started_at": at, "due_at": until,
        "paused_at": None, "stopped_at": None, "missing_at": None, "expired_at": None,
    }  # fmt: skip


def put_off(subject: str, due_at: dt.datetime) -> None:
    """Let the named clock that runs on a matter be due later, also where it is late; inside the verb that says so.

    What stands still is not put off: counting on would move the chosen moment again.
    """
    running = ClockRun.objects.running().filter(subject=subject, rule__code__in=shipped())
    if still := running.filter(paused_at__isnull=False).values_list("rule__code", flat=True).first():
        raise Refused("clock_paused", code=still)
    running.update(due_at=due_at)


def hand_on(subjects: Sequence[str], holder: int) -> None:
    """Let the named clocks that run on matters be another organisation's."""
    for some in chunks(subjects):
        running = ClockRun.objects.running().filter(subject__in=some, rule__code__in=shipped(), rule__owner="")
        running.update(organisation=holder)


def _running(timed: Iterable[Timed]) -> Iterator[tuple[str, int]]:
    named = ClockRun.objects.running().filter(rule__code__in=shipped())
    subjects = list(dict.fromkeys(wanted.subject for wanted in timed))
    if len(subjects) > IN_ONE_QUERY and named.count() < len(subjects):  # fewer run at all than are asked for
        wanted = set(subjects)
        yield from (pair for pair in named.values_list("subject", "pk") if pair[0] in wanted)
        return
    for some in chunks(subjects):
        yield from named.filter(subject__in=some).values_list("subject", "pk")


def _owners(timed: Iterable[Timed]) -> dict[str, int]:
    owners = {rule_of(clock).owner for clock in {wanted.clock for wanted in timed} if clock} - {""}
    known = kept(_organisations) if owners else {}
    return {code: known[code] for code in owners if code in known}


def _organisations() -> dict[str, int]:
    return dict(Organisation.objects.values_list("code", "pk"))


def _stored(clock: str) -> ClockRule:
    rule = rule_of(clock)
    if rule.pk is None:
        rule, _ = ClockRule.objects.get_or_create(code=clock, defaults=shipped()[clock])
        forget_city()
    return rule
