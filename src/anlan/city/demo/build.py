"""Builds the demonstration: the city's folder, two years of calls and a January, two studies, what was mended, people.

Everything goes through the verbs that everybody else calls; the clock of the verbs is the simulated city's.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Final

from anlan.city.demo import morning
from anlan.city.demo.people import man_units, people
from anlan.city.demo.progress import ACTOR, BEGINS, MOMENT, STEP_DONE, Tell
from anlan.city.demo.studies import YEARS, adopt_first, desk_after, study_year
from anlan.city.demo.walk import Walk
from anlan.city.works import bulletin
from anlan.city.year import rota
from anlan.city.year.calls import DAY
from anlan.core import ledger
from anlan.core.city import folder as cityfolder
from anlan.core.city.current import city_read_once
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry
from anlan.core.time.simulated import live_from

SCALE: Final = 0.003  # of 1.5 million calls a year; the floods are always whole
BEGUN: Final = "city.begun"


class AnotherCity(ValueError):
    """The data directory holds the simulation of another seed or scale."""

    exit_status = 2


def begun(seed: int | None, scale: float | None) -> tuple[int, float]:
    """Return the seed and scale to build with: those that the data directory was begun with, else those wanted."""
    entry = LedgerEntry.objects.filter(kind=BEGUN).first()
    if entry is not None:
        here = json.loads(entry.payload)
    else:
        here = {"seed": 1 if seed is None else seed, "scale": SCALE if scale is None else scale}
        if not LedgerEntry.objects.filter(kind=STEP_DONE).exists():
            with write():
                ledger.append(BEGUN, actor=ACTOR, at=BEGINS, subject=f"city:{here['seed']}", payload=here)
    for name, wanted in (("seed", seed), ("scale", scale)):
        if wanted is not None and wanted != here[name]:
            raise AnotherCity(
                f"this data directory holds the simulation of {name} {here[name]}; leave --{name} out, or take another"
                " --data"
            )
    return here["seed"], here["scale"]


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
        walk.long(f"study {year}", f"{year}: study", partial(study_year, year), desk_after(year))
        if year == YEARS[0]:
            walk.once("adopted", "2015: adopted", adopt_first, desk_after(year))
            walk.once("rota", "2016: rota", partial(rota.write_year, MOMENT - DAY, ACTOR), rota.BEGINS)
            walk.once("measures", "2016: measures fixed", partial(bulletin.fix_measures, ACTOR), desk_after(year))
    walk.last_weeks()
    walk.once("estimate", "2017: did it work?", partial(bulletin.judge, ACTOR), MOMENT)
    walk.once("bulletin", "2017: bulletin", partial(bulletin.publish, ACTOR), MOMENT)
    walk.once("morning", f"{MOMENT:%Y-%m-%d %H:%M}: the desk", partial(morning.begin_day, seed, MOMENT, ACTOR), MOMENT)
    walk.once("crews", "Crews take their telephones", partial(man_units, MOMENT), MOMENT)
    walk.once("moment", "Time goes on from here", partial(live_from, actor=ACTOR, at=MOMENT), MOMENT)
