"""Claim: lives of incidents told in bulk cost a small part of the single verbs, of which they leave the same rows.

Peer, in the same run: the same lives walked by the single verbs (handed over, signed for, resolved, closed). SQLite, in
a directory of its own below --folder, the reference city's clocks.

    python benchmarks/incidents.py [--json] [--rows 5000] [--single 200] [--rounds 3] [--folder DIR]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

AT = dt.datetime(2016, 6, 28, 6, tzinfo=dt.UTC)
STEPS = [AT + dt.timedelta(minutes=n) for n in range(6)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--single", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = measured(Path(folder), given.rows, given.single, given.rounds)
    if given.json:
        print(json.dumps(found))
        return
    print(f"bulk: {found['bulk_ms']:.3f} ms an incident, {found['rows']:,} at once (best of {given.rounds})")
    print(f"single verbs: {found['single_ms']:.3f} ms an incident; x{found['ratio']:.1f}")


def measured(folder: Path, rows: int, single: int, rounds: int) -> dict[str, Any]:
    """Make a data directory of the reference city, and walk the same lives both ways."""
    begin(folder)
    best = min(milliseconds(in_bulk, reports(rows, n)) for n in range(rounds)) / rows
    slow = milliseconds(one_by_one, reports(single, rounds)) / single
    return {"rows": rows, "bulk_ms": best, "single_ms": slow, "ratio": slow / best}


def begin(folder: Path) -> None:
    """Bring up a data directory with the reference city."""
    os.environ.pop("ANLAN_DATABASE_URL", None)
    os.environ["ANLAN_DATA"] = str(folder)
    (folder / "secret.key").write_text("benchmark")
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.settings"
    django.setup()
    from anlan.city.town import folder as town
    from anlan.core.city import folder as cityfolder
    from anlan.core.operator import schema
    from anlan.core.people.actors import system

    schema.bring_up()
    cityfolder.load(town.build(folder / "city", town.installed_packages()), actor=system("benchmark"), at=AT)


def reports(count: int, batch: int) -> list[int]:
    """Receive so many reports; return their ids."""
    from anlan.core.people.actors import system
    from anlan.intake.actions import receive_reports
    from anlan.intake.models import Report

    rows = [{"channel": "phone_110", "category": "noise", "lon": 119.97, "lat": 31.76, "received_at": AT,
             "source": f"batch {batch}", "source_id": str(n)} for n in range(count)]  # fmt: skip
    answer = receive_reports(rows=rows, actor=system("benchmark"), at=AT)
    assert not answer["refused"], answer["refused"][:1]
    return list(Report.objects.order_by("-pk").values_list("pk", flat=True)[:count])


def in_bulk(ids: list[int]) -> None:
    """Open, divert, sign for, confirm, resolve and close many at once."""
    from anlan.core.people.actors import system
    from anlan.triage.actions import open_incidents

    opened, handed, signed, confirmed, resolved, closed = STEPS
    rows = [{"reports": [(pk, opened)], "to": "hotline", "diverted": True, "handed_at": handed, "signed_at": signed,
             "category": "noise", "confirmed_at": confirmed, "resolved_at": resolved, "disposal": "done",
             "closed_at": closed} for pk in ids]  # fmt: skip
    open_incidents(rows=rows, actor=system("benchmark"), at=AT)


def one_by_one(ids: list[int]) -> None:
    """Walk the same lives by the single verbs."""
    from anlan.core.people.actors import system
    from anlan.triage import actions

    me = system("benchmark")
    opened, handed, signed, confirmed, resolved, closed = STEPS
    for pk in ids:
        number = actions.open_incident(report_id=pk, actor=me, at=opened)["incident"]
        actions.divert(number=number, to="hotline", actor=me, at=handed)
        actions.sign_for(number=number, actor=me, at=signed)
        actions.confirm_category(number=number, category="noise", actor=me, at=confirmed)
        actions.resolve(number=number, disposal="done", actor=me, at=resolved)
        actions.close_incident(number=number, actor=me, at=closed)


def milliseconds(act: Callable[[list[int]], object], ids: list[int]) -> float:
    """Return how long an act takes with these reports."""
    start = time.perf_counter()
    act(ids)
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
