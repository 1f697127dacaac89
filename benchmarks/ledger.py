"""Claims: the ledger is walked at 200,000 entries a second, and costs a write little beside the disk's own flush.

Peers, in the same run: the same rows written with no ledger entry (what a plain Django view does), and this disk's
fsync. SQLite, in a directory of its own below --folder.

    python benchmarks/ledger.py [--json] [--entries 200000] [--writes 400] [--folder DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

BATCH = 64
AT = dt.datetime(2016, 6, 28, 6, tzinfo=dt.UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--writes", type=int, default=400)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        answer = {"fsync_ms": fsync_ms(Path(folder))} | measured(Path(folder), given.entries, given.writes)
    if given.json:
        print(json.dumps(answer))
        return
    print(f"fsync of one block: {answer['fsync_ms']:.3f} ms (median of 200)")
    for name in ("one by one", f"{BATCH} in one commit"):
        row = answer[name]
        print(
            f"{name}: {row['without_ms']:.3f} ms a write, {row['with_ms']:.3f} ms with its entry: x{row['ratio']:.2f}"
        )
    print(f"verify: {answer['verify_entries_per_s']:,.0f} entries/s over {given.entries:,}")


def fsync_ms(folder: Path) -> float:
    """Return the median cost of appending a block to a file and forcing it to the disk."""
    with (folder / "block").open("wb", buffering=0) as file:

        def flush() -> None:
            file.write(b"\0" * 4096)
            os.fsync(file.fileno())

        return median_ms(flush, 200)


def median_ms(act: Callable[[], object], times: int) -> float:
    """Return the median milliseconds of an act."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - start))
    return statistics.median(taken)


def measured(folder: Path, entries: int, writes_: int) -> dict[str, Any]:
    """Make a data directory and measure writes, with and without entries, and the walk."""
    os.environ.pop("ANLAN_DATABASE_URL", None)
    os.environ["ANLAN_DATA"] = str(folder)
    (folder / "secret.key").write_text("benchmark")
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.settings"
    django.setup()
    from django.db import transaction

    from anlan.core import ledger
    from anlan.core.ledger import seals
    from anlan.core.ledger.verification import verify
    from anlan.core.ledger.writes import write
    from anlan.core.models import Holiday, LedgerEntry
    from anlan.core.operator import schema
    from anlan.core.people.actors import system

    schema.bring_up()
    actor, count = system("benchmark"), iter(range(10**9))

    def row() -> str:
        day = dt.date(1900, 1, 1) + dt.timedelta(days=next(count))
        Holiday.objects.create(date=day, kind="holiday", name="benchmark")
        return str(day)

    def entered() -> None:
        ledger.append("core.benchmark", actor=actor, at=AT, subject=f"day:{row()}", payload={"kind": "holiday"})

    def without(rows: int) -> None:
        with transaction.atomic():
            for _ in range(rows):
                row()

    def with_entry(rows: int) -> None:
        with write():
            for _ in range(rows):
                entered()

    answer: dict[str, Any] = {}
    for name, rows in (("one by one", 1), (f"{BATCH} in one commit", BATCH)):
        plain, times = [], max(10, writes_ // rows)
        full = []
        for _ in range(times):  # in turn, so that both see the same moods of the disk
            plain.append(median_ms(lambda rows=rows: without(rows), 1) / rows)  # type: ignore[misc]
            full.append(median_ms(lambda rows=rows: with_entry(rows), 1) / rows)  # type: ignore[misc]
        before, after = statistics.median(plain), statistics.median(full)
        answer[name] = {"without_ms": before, "with_ms": after, "ratio": after / before}
    for first in range(0, entries, 20_000):
        with write():
            ledger.append_many(
                [
                    LedgerEntry(
                        kind="core.benchmark", actor=actor.name, at=AT, subject=f"n:{n}", payload=f'{{"n":{n}}}'
                    )
                    for n in range(first, min(first + 20_000, entries))
                ]
            )
        seals.seal()
    start = time.perf_counter()
    verdict = verify()
    seconds = time.perf_counter() - start
    assert verdict.ok, verdict.faults
    return answer | {"verify_entries_per_s": verdict.entries / seconds, "verified": verdict.entries}


if __name__ == "__main__":
    main()
