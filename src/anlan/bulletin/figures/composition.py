"""Drawing the figures of a plan: slow at the size of a city, so never while others wait to write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anlan.bulletin import measures as declared
from anlan.bulletin import rules
from anlan.bulletin.figures.districts import by_district
from anlan.bulletin.figures.drawn import Drawn, interval_of
from anlan.bulletin.figures.measure import MEASURES, Measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.models import Figure, Issue, Plan, RowSet
from anlan.core import ledger
from anlan.core.ledger.snapshot import snapshot

PUBLISHED = "bulletin.published"
assert declared.STAGES, "importing them registers every measure"
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Drawing:
    """The figures of a plan, and the ledger's position: both read in one moment."""

    position: int
    figures: list[Figure]


def draw(plan: Plan, tell: Tell = lambda done, total: None) -> Drawing:
    """Draw every figure of a plan."""
    figures: list[Figure] = []
    with snapshot() as beside:
        position = ledger.head_position()
        for line, code in enumerate(plan.codes, 1):
            beside(lambda done=line - 1: tell(done, len(plan.codes)))  # type: ignore[misc]
            figures += family(MEASURES[code], plan.period, position, line)
    return Drawing(position, figures)


def figure_of(of: Measure, period: Period, position: int, line: int = 1) -> Figure:
    """Return a measure's figure of a period beside the same days of the year before; not stored."""
    return figure(of, period, of.draw(period), of.base(period), position, line)


def family(of: Measure, period: Period, position: int, line: int) -> list[Figure]:
    """Return a measure's figure of the city and, where it is printed by district too, those of the districts."""
    now, before = of.draw(period), of.base(period)
    whole = figure(of, period, now, before, position, line)
    if not of.placed:
        return [whole]
    parts, base = by_district(of, now, period.until), by_district(of, before, period.until)
    none, none_before = Drawn(absent=now.absent), Drawn(absent=before.absent)
    return [whole, *(figure(of, period, parts.get(code, none), base.get(code, none_before), position, line, code)
                     for code in sorted({*parts, *base}))]  # fmt: skip


def figure(
    of: Measure, period: Period, now: Drawn, before: Drawn, position: int, line: int, area: str = ""
) -> Figure:  # fmt: skip
    """Return the figure that rows of two periods give; not stored."""
    low, high = interval_of(of.aggregate, now.values) or (None, None)
    says, says_en = of.says_of(period)
    return Figure(
        line=line, measure=of.code, area=area, revision=of.revision, says=says, says_en=says_en,
        position=position, value=of.value(now),
        absent=now.absent, low=low, high=high, n=now.n, base=of.value(before), base_absent=before.absent,
        base_n=before.n, rows=RowSet.of(now), base_rows=RowSet.of(before),
    )  # fmt: skip


def code_of(number: str, figures: Sequence[Figure]) -> str:
    """Return the verification code of an issue."""
    return rules.verification_code(number, [_printed(figure) for figure in figures])


def _printed(figure: Figure) -> tuple[object, ...]:
    absent = filter(None, (figure.absent, figure.base_absent))  # the first codes were made without
    return (figure.key, figure.revision, figure.value, figure.n, figure.base, figure.base_n, figure.position,
            figure.rows_id, figure.base_rows_id, *absent)  # fmt: skip


def words_hash(issue: Issue) -> str:
    """Return the hash of the words that are printed with the figures; the ledger itself holds no free words."""
    words = [issue.headline, issue.headline_en, issue.note, issue.estimate, *filter(None, [issue.note_en])]
    return hashlib.sha256(ledger.canonical(words).encode()).hexdigest()


def definitions_hash(figures: Sequence[Figure]) -> str:
    """Return the hash of the definitions that are printed with the figures."""
    definitions = [(figure.key, figure.says, figure.says_en) for figure in figures]
    return hashlib.sha256(ledger.canonical(definitions).encode()).hexdigest()
