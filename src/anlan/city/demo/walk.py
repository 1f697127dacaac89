"""The walk through the simulated time, month by month."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from anlan.city.demo.progress import ACTOR, MOMENT, Progress, Tell
from anlan.city.works import lists, problems, rain, tasks
from anlan.city.year import rounds
from anlan.city.year.answers import answer_all
from anlan.city.year.flood_incidents import Fails, always
from anlan.city.year.incidents import live
from anlan.city.year.lives import Crews
from anlan.city.year.month import Month
from anlan.city.year.turns import live_turns
from anlan.core.ledger.followers import catch_up


class Walk(Progress):
    """The simulated time, month by month: the desk's work, what is heard, what the rain has shown."""

    def __init__(self, seed: int, scale: float, tell: Tell) -> None:
        super().__init__(seed, tell)
        self.scale = scale
        self.crews = Crews.of_city()
        self.ground = rain.Ground(seed)

    def month(self, year: int, month: int) -> None:
        """Live one month: the desk's work first, then what is heard, then what the rain has shown."""
        self._month(Month(self.seed, year, month, self.scale, ACTOR))

    def _month(self, month: Month) -> None:
        if month.year == tasks.YEAR:
            self._desk(month)
            self.ground.look()
        fails = self.ground.fails if month.year == tasks.YEAR else None
        self._live(month, fails, month.ends)

    def last_weeks(self) -> None:
        """Live into the next year, up to the moment at which the demonstration begins."""
        month = Month(self.seed, MOMENT.year, MOMENT.month, self.scale, ACTOR, until=MOMENT)
        self._round(1)
        self.once(f"{month.name} desk", f"{month.name}: works", lambda: self._works(month), MOMENT)
        self._live(month, None, MOMENT)

    def _round(self, n: int) -> None:
        at, step = rounds.ROUNDS[n].raised, partial(rounds.make_round, n, self.seed, ACTOR, MOMENT)
        self.once(f"round {n}", f"{at:%Y-%m}: a round", step, at)

    def _live(self, month: Month, fails: Fails | None, at: dt.datetime) -> None:
        self.crews.take_up(self.long(month.name, month.name, lambda: self._heard(month, fails), at))

    def _heard(self, month: Month, fails: Fails | None) -> dict[str, Any]:
        live(month, self.crews, MOMENT, fails or always)
        live_turns(month, MOMENT)
        rain.record_storms(month)
        while catch_up():
            pass
        if month.year >= tasks.YEAR:
            rain.after_the_rain(month)
            tasks.climb(month)
        answer_all(month)
        return self.crews.left()

    def _desk(self, month: Month) -> None:
        at = month.begins
        for batch in problems.batches_of(month):
            step = partial(problems.raise_batch, batch, month, MOMENT)
            self.once(batch.name, f"{month.name}: {batch.title}", step, at)
        if month.month == 3:
            self.once("sites", "2016: sites raised", partial(problems.raise_sites, month, MOMENT), at)
        if month.month == rounds.ROUNDS[0].raised.month:
            self._round(0)
        self.once(f"{month.name} desk", f"{month.name}: works", lambda: self._works(month), month.ends)

    def _works(self, month: Month) -> None:
        tasks.plan_again(month)
        for listed in lists.lists_of(month):
            tasks.work(month, listed.at)
            lists.issue(listed, month)
        tasks.work(month, month.ends)
