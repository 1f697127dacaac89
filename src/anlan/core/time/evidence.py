"""Changes of the clocks' times, each against the entry that told of it: bulletins print them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from anlan.core.ledger.evidence import Blame, evidence, in_stretches
from anlan.core.ledger.triggers import protect
from anlan.core.models import ClockTarget, LedgerEntry
from anlan.core.time.clock import stamp
from anlan.core.time.targets import KIND, words_hash

LOADED: Final = "core.city_loaded"

protect(ClockTarget, "from when on a clock allowed another time is never edited or deleted")


class Entered(NamedTuple):
    """One change of a clock's time as its entry tells of it."""

    valid_from: str
    target_s: int
    counting: str
    before_s: int
    before_counting: str
    words: str


@evidence("core.clock_targets", ClockTarget, free={"ClockTarget.id": "names nothing; which of two holds is checked"})
def check_targets(blame: Blame) -> int:
    """Compare each clock's changes, in the order in which they hold, with those that entries tell of."""
    entered: dict[str, list[Entered]] = {}
    kept: dict[str, list[Entered]] = {}
    for clock, change in _entered():
        entered.setdefault(clock, []).append(change)
    for row in ClockTarget.objects.select_related("rule"):
        kept.setdefault(row.rule.code, []).append(_as_entered(row))
    for clock in sorted(entered.keys() | kept.keys()):
        said = sorted(entered.get(clock, []), key=lambda change: change.valid_from)
        for fault in _faults(said, kept.get(clock, [])):
            blame(f"clock {clock}: {fault}")
    return sum(map(len, kept.values()))


def _entered() -> Iterator[tuple[str, Entered]]:
    for found in in_stretches(LedgerEntry.objects.filter(kind__in=(KIND, LOADED))):
        for entry in found:
            said = json.loads(entry.payload)
            begins, words = said.get("valid_from", entry.at), said.get("words", words_hash("", ""))
            for each in said.get("clocks", ()):
                yield each["clock"], Entered(begins, each["target_s"], each["counting"], each["before_s"],
                                             each["before_counting"], words)  # fmt: skip


def _as_entered(row: ClockTarget) -> Entered:
    words = words_hash(row.reason, row.reason_en)
    return Entered(stamp(row.valid_from), row.target_s, row.counting, row.before_s, row.before_counting, words)


def _faults(said: list[Entered], kept: list[Entered]) -> Iterator[str]:
    if Counter(said) - Counter(kept):
        yield "a change of its time is gone, or was changed"
    if Counter(kept) - Counter(said):
        yield "no entry says that its time was changed so"
    if Counter(kept) == Counter(said) and said != kept:
        yield "the changes of its time do not hold in the order of their entries"
