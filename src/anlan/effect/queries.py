"""What the pages of estimates show."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.effect.intervals import Drawn, drawn
from anlan.effect.models import Estimate
from anlan.effect.words import MARKS, sentence, warnings
from anlan.hotspots.computation import parsed


@dataclass(frozen=True)
class Shown:
    """An estimate as a page shows it."""

    estimate: Estimate
    sentence: str
    mark: str
    drawn: Drawn


def shown(estimate: Estimate) -> Shown:
    """Return an estimate with its sentence in the reader's language and its drawing."""
    interval = drawn(estimate.ratio, estimate.low, estimate.high)
    return Shown(estimate, sentence(estimate), MARKS[estimate.verdict], interval)


def details(estimate: Estimate) -> dict[str, object]:
    """Return the storms, the sites of both sides and the warnings of an estimate."""
    storms = [
        storm | {"first": parsed(storm["first"]), "last": parsed(storm["last"])} for storm in estimate.listed("storms")
    ]
    sides = {name: [f"{site:03d}" for site in estimate.listed(name)] for name in ("treated", "controls", "later")}
    return {"storms": storms, "sides": sides, "warnings": warnings(estimate)}
