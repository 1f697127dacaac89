"""What the pages of estimates show."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.effect.intervals import Drawn, drawn
from anlan.effect.models import Estimate
from anlan.effect.words import MARKS, sentence, warnings
from anlan.hotspots.actions import parsed


@dataclass(frozen=True)
class Shown:
    """An estimate as a page shows it."""

    one: Estimate
    sentence: str
    mark: str
    drawn: Drawn


def shown(one: Estimate) -> Shown:
    """Return an estimate with its sentence in the reader's language and its drawing."""
    return Shown(one, sentence(one), MARKS[one.verdict], drawn(one.ratio, one.low, one.high))


def details(one: Estimate) -> dict[str, object]:
    """Return the storms, the sites of both sides and the warnings of an estimate."""
    storms = [storm | {"first": parsed(storm["first"]), "last": parsed(storm["last"])} for storm in one.told("storms")]
    sides = {name: [f"{site:03d}" for site in one.told(name)] for name in ("treated", "controls", "later")}
    return {"storms": storms, "sides": sides, "warnings": warnings(one)}
