"""Openings of personal content: by which post, of what, for what, and how the matter stood then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from anlan.boards.hints import Hint, hint_of
from anlan.boards.queries.audit import Left, with_posts
from anlan.core.models import LedgerEntry
from anlan.core.pages import Reader
from anlan.prevention.models import Task
from anlan.triage.models import IncidentReport

LATEST: Final = 2000  # openings among which those with a question are looked for
Ends = dict[str, dt.datetime | None]


@dataclass(frozen=True)
class Opening(Left):
    """One opening, with what an auditor may ask about it."""

    hint: Hint | None = None


def with_hints(entries: Sequence[LedgerEntry], reader: Reader) -> Iterable[Opening]:
    """Give each opening with its post and its hint."""
    ends = _ends(entries)
    return [Opening(left.entry, left.by, _hint(left, ends)) for left in with_posts(entries, reader)]


def to_ask(rows: QuerySet[LedgerEntry], asked: str, reader: Reader) -> QuerySet[LedgerEntry]:
    """Return the openings among the latest about which somebody may ask."""
    entries = list(rows[:LATEST])
    ends = _ends(entries)
    hints = [(entry.pk, _hint(Left(entry, ""), ends)) for entry in entries]
    return rows.filter(pk__in=[pk for pk, hint in hints if hint and hint.asks])


def _hint(left: Left, ends: Ends) -> Hint | None:
    return hint_of(left.payload.get("purpose", ""), left.at, ends, left.entry.subject)


def _ends(entries: Sequence[LedgerEntry]) -> Ends:
    """Return when the matter of each record ended, as far as there is one; None where it goes on."""
    numbers = [entry.subject.partition(":")[2] for entry in entries]
    links = IncidentReport.objects.filter(unlinked_at=None, report__number__in=numbers)
    reports = links.values_list("report__number", "incident__closed_at")
    tasks = Task.objects.filter(number__in=numbers).values_list("number", "problem__struck_off_at")
    return {f"report:{number}": ended for number, ended in reports} | {f"task:{number}": end for number, end in tasks}
