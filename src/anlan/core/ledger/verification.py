"""Walking the whole ledger and its evidence: every entry, position, seal and trigger, every row that they tell of."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Max

from anlan.core.ledger import kinds, seals, triggers
from anlan.core.ledger.evidence import EVIDENCE
from anlan.core.ledger.snapshot import snapshot
from anlan.core.models import LedgerSeal

CHUNK = 2000
SEALS = 20  # read at once, with four bytes an entry that they cover
SHOWN = 100  # faults kept at most; more do not make it clearer
Row = tuple[Any, ...]
Progress = Callable[[int, int], None]


@dataclass
class Verdict:
    """What a walk over the ledger found."""

    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    records: int = 0
    head: str = ""
    position: int = 0
    faults: list[str] = field(default_factory=list)
    more_faults: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def blame(self, fault: str) -> None:
        """Name a fault: what differs and where, never what stands there; a number in its words is written as one."""
        if len(self.faults) < SHOWN:
            self.faults.append(fault)
        else:
            self.more_faults += 1


def verify(head: str | None = None, progress: Progress | None = None) -> Verdict:
    """Walk the ledger and say what is wrong and where; `head` is a seal's hash that was kept elsewhere.

    `progress` is called beside the walk, which reads from one moment and cannot write.
    """
    verdict = Verdict()
    for fault in triggers.faults():
        verdict.blame(fault)
    known = False
    with snapshot() as beside:
        tell = progress and (lambda done, total: beside(lambda: progress(done, total)))
        with _reading(verdict, "the ledger"):
            for fault in kinds.faults():
                verdict.blame(fault)
            known = _walk(verdict, head, tell)
        _count(verdict)
        _check_evidence(verdict)
    if head is not None and not known:
        verdict.blame(f"the head {head} is no seal of this chain: its end was cut off, or it was written anew")
    return verdict


def _walk(verdict: Verdict, head: str | None, progress: Progress | None) -> bool:
    """Follow seals and entries side by side; return whether the head is one of the seals."""
    sealed = LedgerSeal.objects.order_by("last")
    last_seal = sealed.aggregate(last=Max("last"))["last"]
    rows = _entries(verdict)
    known, previous, following, next_position, version = False, "", 1, 1, 1
    held: list[Row] = []
    for seal in sealed.iterator(SEALS):
        if seal.version < version:
            verdict.blame(
                f"the seal of positions {seal.first:d}-{seal.last:d} is of an older kind than the one before it"
            )
        known = known or seal.hash == head
        if seal.previous != previous:
            verdict.blame(f"the seal of positions {seal.first:d}-{seal.last:d} does not follow the one before it")
        if seal.first != following:
            verdict.blame(f"the seals leave out or repeat positions {following}-{seal.first - 1}")
        next_position = _check_seal(verdict, seal, rows, held, next_position)
        previous, following, version = seal.hash, seal.last + 1, max(version, seal.version)
        verdict.seals += 1
        if progress:
            progress(seal.last, last_seal)
    verdict.head = previous
    for row in itertools.chain(held, rows):
        next_position = _check_place(verdict, row, next_position)
        verdict.unsealed += 1
    verdict.position = next_position - 1
    return known


def _check_seal(verdict: Verdict, seal: LedgerSeal, rows: Iterator[Row], held: list[Row], expected: int) -> int:
    """Hash the entries of one seal's range; where the hash differs, name the entries that were changed."""
    texts: list[str] = []
    places: list[int] = []
    for row in itertools.chain(_drain(held), rows):
        position = row[0]
        if position > seal.last:
            held.append(row)
            break
        if position != expected or row[2] is None or row[1] != row[2]:
            _check_place(verdict, row, expected)
        expected = position + 1
        texts.append(text_of(row))
        places.append(position)
        if position == seal.last:
            break
    if expected <= seal.last:
        verdict.blame(f"positions {expected}-{seal.last:d} are sealed and missing")
        expected = seal.last + 1
    verdict.entries += len(texts)
    if seal.algorithm not in seals.KNOWN:
        verdict.blame(f"the seal of positions {seal.first:d}-{seal.last:d} names an algorithm that is not known")
    elif seals.seal_hash(seal, texts) != seal.hash:
        _name_changed(verdict, seal, places, texts)
    return expected


def _drain(held: list[Row]) -> Iterator[Row]:
    while held:
        yield held.pop(0)


def _name_changed(verdict: Verdict, seal: LedgerSeal, places: list[int], texts: list[str]) -> None:
    """Name the entries whose mark differs from the one kept in the seal, unless it is the marks that were changed."""
    there = list(map(seals.mark, texts))
    kept, seal.marks = bytes(seal.marks), b"".join(there)
    if seals.seal_hash(seal, texts) == seal.hash:
        verdict.blame(f"the marks of the seal of positions {seal.first:d}-{seal.last:d} were changed")
        return
    for position, found in zip(places, there, strict=True):
        at = 4 * (position - seal.first)
        if at + 4 <= len(kept) and kept[at : at + 4] != found:
            verdict.blame(f"the entry at position {position} was changed")
    verdict.blame(f"the seal of positions {seal.first:d}-{seal.last:d} does not fit what it covers")


def _check_place(verdict: Verdict, row: Row, expected: int) -> int:
    """Check one entry's place: no gap, no double, an entry behind it."""
    position = row[0]
    if position > expected:
        verdict.blame(f"positions {expected}-{position - 1} are missing")
    if row[2] is None:
        verdict.blame(f"position {position} has lost its entry {row[1]:d}")
    return int(position) + 1


def text_of(row: Row) -> str:
    """Return what is hashed of a row; one that was tampered into another type still gives a text."""
    try:
        return seals.encode(row)
    except TypeError:
        return repr(row)


def _entries(verdict: Verdict) -> Iterator[Row]:
    """Stream every placed entry in order; bytes that are no text end the walk with a fault."""
    seen = 0
    try:
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"{seals.ENTRIES} ORDER BY p.position")
            while rows := cursor.fetchmany(CHUNK):
                seen = rows[-1][0]
                yield from rows
    except DatabaseError as error:
        why = type(error).__name__  # its own words quote what stands in the column
        verdict.blame(f"an entry between positions {seen + 1} and {seen + CHUNK} cannot be read: {why}")


def _count(verdict: Verdict) -> None:
    """Find entries that nobody placed: they were put in from outside."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM core_ledgerentry e LEFT JOIN core_ledgerposition p ON p.entry_id = e.id"
            " WHERE p.position IS NULL ORDER BY e.id LIMIT 20"
        )
        strays: Iterable[Row] = cursor.fetchall()
    for (entry_id,) in strays:
        verdict.blame(f"entry {entry_id} has no position: it was not appended by Anlan")


def _check_evidence(verdict: Verdict) -> None:
    """Let each stage check its rows; a row that is none any more ends its check with a fault."""
    for name, held in EVIDENCE.items():
        with _reading(verdict, f"the rows of {name}"):
            verdict.records += held.check(verdict.blame)


@contextmanager
def _reading(verdict: Verdict, what: str) -> Iterator[None]:
    """Name rows that were tampered into what cannot be read: a walk that breaks off would raise no alarm."""
    try:
        yield
    except (DatabaseError, ValueError, TypeError, KeyError, AttributeError) as error:
        verdict.blame(f"{what} cannot be read to the end: {type(error).__name__}")
