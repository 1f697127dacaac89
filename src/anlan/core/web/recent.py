"""Beside what waits: what somebody's post has to know since yesterday, and what they did last."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Max, Q, QuerySet

from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.time.clock import stamp
from anlan.core.web.matters import Press, presser_of
from anlan.core.workflow import Workflow
from anlan.core.workflow.moves import Words
from anlan.core.workflow.undo import undoable

MOST: Final = 8  # lines of each list
SPAN: Final = 50_000  # of the newest entries: no list reads the ledger further back


@dataclass(frozen=True)
class Line:
    """One line: when, about which number, what happened, and maybe why; a deed that can be taken back says how."""

    at: dt.datetime
    number: str
    url: str
    what: str
    words: str = ""
    mark: str = "done"
    stage: str = ""
    undo: Press | None = None


@dataclass(frozen=True)
class Deeds:
    """What entries about one noun are called among what somebody did, and how their record is found."""

    stage: str
    words: Mapping[str, Words]  # by the entry's kind
    found: Callable[[str, Mapping[str, Any]], tuple[str, str]]  # number and address, of the subject's key and payload
    aside: Callable[[], Q] | None = None  # which of the entries are part of another deed, such as the rows of a list


Source = Callable[[Actor, dt.datetime], Iterable[Line]]
_sources: dict[str, Source] = {}
_deeds: dict[str, Deeds] = {}


def news(stage: str) -> Callable[[Source], Source]:
    """Register what a stage tells somebody of since a moment: what others did with what is theirs."""

    def register(source: Source) -> Source:
        _sources[stage] = source
        return source

    return register


def deeds(
    stage: str, noun: str, words: Mapping[str, Words], found: Callable[..., tuple[str, str]],
    aside: Callable[[], Q] | None = None,
) -> None:  # fmt: skip
    """Register what the entries about a noun (their subject is `noun:key`) are called among what somebody did."""
    _deeds[noun] = Deeds(stage, words, found, aside)


def labels(*cycles: Workflow[Any]) -> dict[str, Words]:
    """Return what the moves of life cycles are called, by the kind of their entries; the first that leaves a kind."""
    known: dict[str, Words] = {}
    for cycle in cycles:
        for move in cycle.moves:
            for to in move.to if move.label and move.past else ():
                known.setdefault(cycle.kind(move.name, to), move.label)
    return known


def entries_since(since: dt.datetime, kinds: Collection[str]) -> QuerySet[LedgerEntry]:
    """Return the entries of some kinds since a moment, the newest first, never read further back than `SPAN`."""
    return _newest().filter(kind__in=kinds, at__gte=stamp(since)).order_by("-pk")


def news_of(actor: Actor, since: dt.datetime, stages: Iterable[str]) -> list[Line]:
    """Return what somebody is told of in these stages, the newest first."""
    found = [line for stage in stages if stage in _sources for line in _sources[stage](actor, since)]
    return sorted(found, key=lambda line: line.at, reverse=True)[:MOST]


def deeds_of(actor: Actor, stages: Collection[str], at: dt.datetime) -> list[Line]:
    """Return what somebody did last, the newest first, without what was taken back; the last maybe with its undo."""
    kinds = {kind for known in _deeds.values() if known.stage in stages for kind in known.words}
    done = _newest().filter(actor=actor.name, kind__in=kinds).exclude(effects__kind__endswith="_undone")
    for aside in [known.aside for known in _deeds.values() if known.stage in stages and known.aside]:
        done = done.exclude(aside())
    entries = list(done.order_by("-pk")[:MOST])
    lines = [line for line in map(_deed, entries) if line]
    if lines and presser_of(lines[0].stage) and undoable(entries[0].subject, actor, at):
        lines[0] = replace(lines[0], undo=Press("undo", "", "z"))
    return lines


def last_of(stage: str, number: str) -> Line | None:
    """Return what was done last with a record."""
    subjects = [f"{noun}:{number}" for noun, known in _deeds.items() if known.stage == stage]
    entry = LedgerEntry.objects.filter(subject__in=subjects).order_by("-pk").first()
    return _deed(entry) if entry else None


def _newest() -> QuerySet[LedgerEntry]:
    last = LedgerEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    return LedgerEntry.objects.filter(pk__gt=last - SPAN)


def _deed(entry: LedgerEntry) -> Line | None:
    noun, _, key = entry.subject.partition(":")
    known = _deeds.get(noun)
    if known is None or entry.kind not in known.words:
        return None
    number, url = known.found(key, json.loads(entry.payload))
    return Line(dt.datetime.fromisoformat(entry.at), number, url, str(known.words[entry.kind]), stage=known.stage)
