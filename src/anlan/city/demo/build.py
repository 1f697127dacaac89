"""Builds the demonstration: the city's folder, two years of calls and a January, two studies, what was mended, people.

Everything goes through the verbs that everybody else calls; the clock of the verbs is the simulated city's.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from anlan.city.demo import morning
from anlan.city.works import bulletin, lists, problems, tasks
from anlan.city.year import rota, rounds
from anlan.city.year.answers import answer_all
from anlan.city.year.calls import DAY
from anlan.city.year.flood import ZONE
from anlan.city.year.lives import Crews
from anlan.city.year.months import Fails, Month, always, live
from anlan.city.year.turns import live_turns
from anlan.core import ledger
from anlan.core.city import folder as cityfolder
from anlan.core.city.current import city_read_once
from anlan.core.ledger.followers import catch_up
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry, Person
from anlan.core.people.actions import add_person
from anlan.core.people.actors import system
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.core.time.simulated import live_from
from anlan.hotspots.actions import adopt_study, run_now, start_study
from anlan.hotspots.models import Study

YEARS: Final = (2015, 2016)
SCALE: Final = 0.01  # of 1.5 million calls a year; the floods are always whole
BEGINS: Final = dt.datetime(2015, 1, 1, tzinfo=ZONE)
MOMENT: Final = dt.datetime(2017, 1, 25, 10, 30, tzinfo=ZONE)  # what would happen later is open; time goes on from here
ACTOR: Final = system("city")
BEGUN: Final = "city.begun"
POSTS: Final[dict[str, str]] = {  # where each role of the demonstration works
    Role.OFFICER: "drainage",
    Role.VERIFIER: "water",
    Role.SUPERVISOR: "government",
    Role.LEADER: "government",
    Role.PUBLISHER: "government",
    Role.AUDITOR: "government",
}
Tell = Callable[[str], None]


class AnotherCity(ValueError):
    """The data directory holds the simulation of another seed or scale."""

    exit_status = 2


def begun(seed: int | None, scale: float | None) -> tuple[int, float]:
    """Return the seed and scale to build with: those that the data directory was begun with, else those wanted."""
    entry = LedgerEntry.objects.filter(kind=BEGUN).first()
    if entry is None:
        told: dict[str, Any] = {"seed": 1 if seed is None else seed, "scale": SCALE if scale is None else scale}
        if not LedgerEntry.objects.filter(kind="city.step_done").exists():
            with write():
                ledger.append(BEGUN, actor=ACTOR, at=BEGINS, subject=f"city:{told['seed']}", payload=told)
    else:
        told = json.loads(entry.payload)
    for name, wanted in (("seed", seed), ("scale", scale)):
        if wanted is not None and wanted != told[name]:
            raise AnotherCity(
                f"this data directory holds the simulation of {name} {told[name]}; leave --{name} out, or take another"
                " --data"
            )
    return told["seed"], told["scale"]


def build(
    folder: Path, data: Path, seed: int | None, tell: Tell = lambda text: None, scale: float | None = None
) -> None:
    """Fill a data directory; what is there already stays, and a second run adds nothing."""
    seed, scale = begun(seed, scale)
    cityfolder.load(folder, actor=ACTOR, at=BEGINS)
    people(data)
    with city_read_once():
        _walk(seed, tell, scale)


def _walk(seed: int, tell: Tell, scale: float) -> None:
    walk = Walk(seed, scale, tell)
    for year in YEARS:
        for month in range(1, 13):
            walk.month(year, month)
        walk.long(f"study {year}", f"{year}: study", partial(study_year, year), _desk(year))
        if year == YEARS[0]:
            walk.once("adopted", "2015: adopted", adopt_first, _desk(year))
            walk.once("rota", "2016: rota", partial(rota.write_year, MOMENT - DAY, ACTOR), rota.BEGINS)
            walk.once("measures", "2016: measures fixed", partial(bulletin.fix_measures, ACTOR), _desk(year))
    walk.last_weeks()
    walk.once("estimate", "2017: did it work?", partial(bulletin.judge, ACTOR), MOMENT)
    walk.once("bulletin", "2017: bulletin", partial(bulletin.publish, ACTOR), MOMENT)
    walk.once("morning", f"{MOMENT:%Y-%m-%d %H:%M}: the desk", partial(morning.begin_day, seed, MOMENT, ACTOR), MOMENT)
    walk.once("moment", "Time goes on from here", partial(live_from, actor=ACTOR, at=MOMENT), MOMENT)


class Walk:
    """The steps of the build in the order of the simulated time, each taken once."""

    def __init__(self, seed: int, scale: float, tell: Tell) -> None:
        self.seed, self.scale, self.tell = seed, scale, tell
        self.crews = Crews.of_city()
        self.ground = tasks.Ground(seed)

    def once(self, name: str, words: str, step: Callable[[], Any], at: dt.datetime) -> None:
        """Take a step unless it was taken, by the simulated city's clock; it and its entry are one transaction."""
        if self._taken(name):
            return
        self.tell(words)
        with frozen(at), write():
            step()
            self._done(name, at, {})

    def long(self, name: str, words: str, step: Callable[[], dict[str, Any]], at: dt.datetime) -> dict[str, Any]:
        """Take a step of several transactions unless it was taken, and return what it leaves to the next.

        One that was cut off finds again what it stored: the same dice, and the same keys.
        """
        if done := self._taken(name):
            left: dict[str, Any] = json.loads(done.payload)
            return left
        self.tell(words)
        with frozen(at):
            left = step()
            with write():
                self._done(name, at, left)
        return left

    def _taken(self, name: str) -> LedgerEntry | None:
        return LedgerEntry.objects.filter(kind="city.step_done", subject=f"city:{self.seed}:{name}").first()

    def _done(self, name: str, at: dt.datetime, left: dict[str, Any]) -> None:
        ledger.append("city.step_done", actor=ACTOR, at=at, subject=f"city:{self.seed}:{name}", payload=left)

    def month(self, year: int, month: int) -> None:
        """Live one month: the desk's work first, then what is heard, then what the rain has shown."""
        one = Month(self.seed, year, month, self.scale, ACTOR)
        if year == tasks.YEAR:
            self._desk(one)
            self.ground.look()
        fails = self.ground.fails if year == tasks.YEAR else None
        self._live(one, fails, one.ends)

    def last_weeks(self) -> None:
        """Live into the next year, up to the moment at which the demonstration begins."""
        one = Month(self.seed, MOMENT.year, MOMENT.month, self.scale, ACTOR, until=MOMENT)
        self._round(1)
        self.once(f"{one.name} desk", f"{one.name}: works", lambda: self._works(one), MOMENT)
        self._live(one, None, MOMENT)

    def _round(self, n: int) -> None:
        at, step = rounds.ROUNDS[n].raised, partial(rounds.make_round, n, self.seed, ACTOR, MOMENT)
        self.once(f"round {n}", f"{at:%Y-%m}: a round", step, at)

    def _live(self, one: Month, fails: Fails | None, at: dt.datetime) -> None:
        self.crews.take_up(self.long(one.name, one.name, lambda: self._heard(one, fails), at))

    def _heard(self, one: Month, fails: Fails | None) -> dict[str, Any]:
        live(one, self.crews, MOMENT, fails or always)
        live_turns(one, MOMENT)
        tasks.record_storms(one)
        while catch_up():
            pass
        if one.year >= tasks.YEAR:
            tasks.after_the_rain(one)
            tasks.climb(one)
        answer_all(one)
        return self.crews.left()

    def _desk(self, one: Month) -> None:
        at = one.begins
        for batch in problems.batches_of(one):
            self.once(batch.name, f"{one.name}: {batch.title}", partial(problems.raise_batch, batch, one, MOMENT), at)
        if one.month == 3:
            self.once("sites", "2016: sites raised", partial(problems.raise_sites, one, MOMENT), at)
        if one.month == rounds.ROUNDS[0].raised.month:
            self._round(0)
        self.once(f"{one.name} desk", f"{one.name}: works", lambda: self._works(one), one.ends)

    def _works(self, one: Month) -> None:
        tasks.plan_again(one)
        for listed in lists.lists_of(one):
            tasks.work(one, listed.at)
            lists.issue(listed, one)
        tasks.work(one, one.ends)


def study_year(year: int) -> dict[str, Any]:
    """Study a year on the January after it."""
    at = _desk(year)
    started = start_study(
        name=f"{year}年易涝点研判", since=dt.date(year, 1, 1), until=dt.date(year, 12, 31), categories=["waterlogging"],
        in_background=False, actor=ACTOR, at=at, key=f"city:study:{year}",
    )  # fmt: skip
    run_now(started["study"], actor=ACTOR, at=at)
    return {}


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
        part = path.with_name(f"{path.name}.part")  # a build that is killed here leaves no half file
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(held, file, indent=1)
        part.replace(path)
    for role in [role for role in Role.values if not Person.objects.filter(username=role).exists()]:
        post = POSTS.get(role, "command")
        add_person(username=role, name="", password=held[role], role=role, organisation=post, actor=ACTOR, at=BEGINS)
    return held
