"""Importing a file of another system's calls, in batches that are each one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, Final

from anlan.core.ledger.writes import write
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.dispatch.actions import receive_calls
from anlan.dispatch.callfiles.mapping import CallMapping
from anlan.dispatch.callfiles.reader import CallReader
from anlan.dispatch.callfiles.records import Seen, calls_of, look
from anlan.intake.actions import refused_row
from anlan.intake.files.chunks import Progress, RefusedRows
from anlan.intake.files.counts import Counts
from anlan.tables import Opening, Record, open_records

AS_IT_IS: Final = Opening()
CHUNK: Final = 500  # calls, each with its history


@dataclass
class CallCounts(Counts):
    """What became of the calls so far; an incident whose rows are several counts once."""

    incidents: int = 0
    assignments: int = 0
    units_made: int = 0
    stamps_left_out: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any], refused: list[dict[str, Any]]) -> None:
        """Add the answer of one batch."""
        super().add(answer, refused)
        self.incidents += answer["incidents"]
        self.assignments += answer["assignments"]
        self.units_made += answer["units_made"]


class _TakenBack(Exception):
    """Ends the transaction of a batch that was only tried."""


def import_calls(
    path: Path,
    *,
    name: str,
    mapping: CallMapping,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    refused_to: IO[str] | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
    most: int | None = None,
    opening: Opening = AS_IT_IS,
    watch: Callable[[int], None] | None = None,
) -> tuple[Seen, CallCounts]:
    """Import a file of calls with their history; with a `key` each batch is stored once under it.

    A dry run tries each batch and takes it back; `most` ends it after so many incidents; `watch` is told of each row
    of the first look.
    """
    seen = look(path, name=name, mapping=mapping, opening=opening, watch=watch)
    counts, done = CallCounts(), 0
    out = RefusedRows(refused_to, seen.columns) if refused_to else None
    reader, calls = CallReader(mapping, seen, at), calls_of(open_records(path, name=name, opening=opening), mapping)
    for number in count():
        batch = list(islice(calls, CHUNK))
        left_out: list[dict[str, Any]] = []
        if not batch or (most and number * CHUNK >= most):
            break
        read = []
        for records in batch:
            read.append((records, reader.read(records)))
            where = {"record": records[0].number, "line": records[0].line}
            left_out += [where | asdict(lost) for lost in reader.left_out]
        refused = [refused_row({"record": records[0].number, "line": records[0].line}, row)
                   for records, row in read if isinstance(row, Refused)]  # fmt: skip
        rows = [row for _, row in read if not isinstance(row, Refused)]
        batch_key = f"{key}:{number}" if key else None
        answer = _tried(rows, mapping, actor, at) if dry_run else _received(rows, mapping, actor, at, batch_key)
        refused = sorted([*refused, *answer["refused"]], key=lambda row: row["record"])
        counts.add(answer, refused)
        kept_out = {row["record"] for row in refused}
        counts.stamps_left_out += [lost for lost in left_out if lost["record"] not in kept_out]
        if out:
            _write(out, refused, {records[0].number: records for records in batch})
        done += sum(map(len, batch))
        if progress:
            progress(done, seen.records)
    return replace(seen, notes=(*seen.notes, *seen.times.notes("stamps"))), counts


def _received(
    rows: list[dict[str, Any]], mapping: CallMapping, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    units = mapping.units
    answer: dict[str, Any] = receive_calls(
        rows=rows,
        actor=actor,
        at=at,
        key=key,
        keep_overlaps=units is not None and units.if_elsewhere == "keep",
        unknown_units=units.unknown if units else None,
    )
    return answer


def _tried(rows: list[dict[str, Any]], mapping: CallMapping, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    try:
        with write():
            answer = _received(rows, mapping, actor, at)
            raise _TakenBack
    except _TakenBack:
        return answer


def _write(out: RefusedRows, refused: list[dict[str, Any]], batch: Mapping[int, list[Record]]) -> None:
    """Give a refused incident back with all its rows, so that they can be mended and imported."""
    for refusal, record in _each_row(refused, batch):
        out.write(refusal | {"record": record.number, "line": record.line}, record)


def _each_row(
    refused: list[dict[str, Any]], batch: Mapping[int, list[Record]]
) -> Iterator[tuple[dict[str, Any], Record]]:
    for refusal in refused:
        for record in batch[refusal["record"]]:
            yield refusal, record
