"""Builds the demonstration: the city's folder, two years of reports, two studies, one of them adopted, and people.

Everything goes through the verbs that everybody else calls; the clock of the verbs is the simulated city's.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from anlan.city.flood import REPORTS, ZONE, simulate
from anlan.city.incidents import triage_year
from anlan.core import cityfolder
from anlan.core.actors import system
from anlan.core.models import Person
from anlan.core.people import add_person
from anlan.core.roles import Role
from anlan.hotspots.actions import adopt_study, run_now, start_study
from anlan.hotspots.models import Study
from anlan.intake.actions import receive_reports
from anlan.intake.models import Report

YEARS: Final = (2015, 2016)
SLOT: Final = dt.timedelta(minutes=10)  # reports come in bundles of ten minutes: one transaction each
ACTOR: Final = system("city")
POSTS: Final[dict[str, str]] = {  # where each role of the demonstration works
    Role.OFFICER: "drainage",
    Role.VERIFIER: "water",
    Role.SUPERVISOR: "government",
    Role.LEADER: "government",
    Role.PUBLISHER: "government",
    Role.AUDITOR: "government",
}
Tell = Callable[[str], None]


class AnotherSeed(ValueError):
    """The data directory holds the simulation of another seed."""

    exit_status = 2


def seed_of(wanted: int | None) -> int:
    """Return the seed to build with: the one that the data directory holds, else the one wanted, else 1."""
    source = Report.objects.filter(source__startswith="simulated-").values_list("source", flat=True).first()
    if source is None:
        return 1 if wanted is None else wanted
    held = int(source.split("-")[1])
    if wanted is not None and wanted != held:
        raise AnotherSeed(f"this data directory holds the simulation of seed {held}; take another --data")
    return held


def build(folder: Path, data: Path, wanted: int | None, tell: Tell = lambda text: None) -> None:
    """Fill a data directory; what is there already stays, and a second run adds nothing."""
    seed = seed_of(wanted)
    cityfolder.load(folder, actor=ACTOR, at=dt.datetime(2015, 1, 1, tzinfo=ZONE))
    people(data)
    for year in YEARS:
        if Report.objects.filter(source=f"simulated-{seed}-{year}").count() < REPORTS[year]:
            tell(f"{year}: reports")
            receive_year(seed, year)
        tell(f"{year}: incidents")
        triage_year(year, seed, actor=ACTOR, zone=ZONE)
        if not Study.objects.filter(since__year=year, state=Study.State.FINISHED).exists():
            tell(f"{year}: study")
            study_year(year)
    adopt_first()


def receive_year(seed: int, year: int) -> int:
    """Receive a simulated year in the order in which it was entered; return how many reports went in."""
    rows = sorted(simulate(seed, year).reports, key=lambda row: (row["entered_at"], row["source_id"]))
    accepted = 0
    for at, bundle in itertools.groupby(rows, key=lambda row: _entered(row["entered_at"])):
        answer = receive_reports(rows=[_sent(row) for row in bundle], actor=ACTOR, at=at)
        if answer["refused"]:
            raise RuntimeError(f"the simulated city was refused: {answer['refused'][0]}")
        accepted += answer["accepted"]
    return accepted


def _entered(moment: dt.datetime) -> dt.datetime:
    """Return the end of the ten minutes in which a report was entered."""
    start = moment.replace(minute=moment.minute // 10 * 10, second=0, microsecond=0)
    return start + SLOT


def _sent(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as its source sends it: what it does not know is not there."""
    return {name: value for name, value in row.items() if name not in {"n", "entered_at"} and value not in {None, ""}}


def study_year(year: int) -> None:
    """Study a year on the January after it."""
    at = _desk(year)
    started = start_study(
        name=f"{year}年易涝点研判", since=dt.date(year, 1, 1), until=dt.date(year, 12, 31), categories=["waterlogging"],
        in_background=False, actor=ACTOR, at=at,
    )  # fmt: skip
    run_now(started["study"], actor=ACTOR, at=at)


def adopt_first() -> None:
    """Adopt the first year's study unless a study was adopted; the second waits for the person at the desk."""
    if not Study.objects.filter(adopted_at__isnull=False).exists():
        first = Study.objects.filter(since__year=YEARS[0], state=Study.State.FINISHED).earliest("pk")
        adopt_study(study_id=first.pk, actor=ACTOR, at=_desk(YEARS[0]) + dt.timedelta(days=21))


def _desk(year: int) -> dt.datetime:
    return dt.datetime(year + 1, 1, 12, 9, 30, tzinfo=ZONE)


def people(data: Path) -> dict[str, str]:
    """Make one person for each role, with passwords made for this data directory and kept in a file of its own."""
    path = data / "demo-logins.json"
    held: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = [role for role in Role.values if role not in held]
    if missing:
        held |= {role: f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for role in missing}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(held, file, indent=1)
    at = dt.datetime(2015, 1, 1, tzinfo=ZONE)
    for role in [role for role in Role.values if not Person.objects.filter(username=role).exists()]:
        post = POSTS.get(role, "command")
        add_person(username=role, name="", password=held[role], role=role, organisation=post, actor=ACTOR, at=at)
    return held
