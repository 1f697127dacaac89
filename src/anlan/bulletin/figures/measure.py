"""What a measure is: a declared definition, and the rows that make its figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anlan.bulletin.figures.allowed import allowed_in, is_comparable
from anlan.bulletin.figures.drawn import TOTALS, Aggregate, Drawn, drawn_from, value_of
from anlan.bulletin.figures.kinds import KINDS
from anlan.bulletin.figures.period import Period


class Absent(TextChoices):
    """Why there is no figure: nobody looked, or there is nothing to take a share of. It is never told as 0."""

    NOT_KEPT = "not_kept", _("no such records were kept in that period")
    NO_CATEGORY = "no_category", _("this city has no such category")
    NO_CHANNEL = "no_channel", _("this channel was not connected in that period")
    NO_STUDY = "no_study", _("no study of that period is adopted")
    NO_STUDY_BEFORE = "no_study_before", _("no study before that period is adopted to compare with")
    NO_SHIFT = "no_shift", _("no shift was recorded in that period")
    OTHER_TIME = "other_time", _("the clock allowed another time then")
    NO_ROWS = "no_rows", _("there is no record to take it from")


Rows = Iterable[tuple[Any, ...]] | Absent


@dataclass(frozen=True)
class Measure:
    """One measure: what is counted, of which rows, and which other measure stands beside it so that it tells no lie."""

    code: str
    of: str  # kind of row, see `kinds`
    aggregate: Aggregate
    name: str
    name_en: str
    unit: str
    unit_en: str
    says: str  # the definition that is printed
    says_en: str
    counter: str  # the measure that would move if this one were gamed
    revision: int
    rows: Callable[[Period], Rows]
    group: str
    placed: bool = False  # printed by district too
    parts: tuple[str, ...] = ()  # measures whose figures sum to this one: who knows all but one knows that one
    within: str = ""  # a measure that has all records of this one: who knows both knows how many more there are
    clocks: tuple[str, ...] = ()  # whose runs or deadlines it counts
    judged: bool = False  # by the time that they allow: with another one the same work gives another figure

    def draw(self, period: Period) -> Drawn:
        """Return the rows of a period in the order of their ids, or why there is no figure."""
        began = KINDS[self.of].began()
        if began is not None and began >= period.ends:
            return Drawn(absent=Absent.NOT_KEPT)
        rows = self.rows(period)
        if isinstance(rows, Absent):
            return Drawn(absent=rows)
        drawn = drawn_from(rows, plain=self.aggregate == "count")
        return drawn if drawn.n or self.aggregate in TOTALS else Drawn(absent=Absent.NO_ROWS)

    def base(self, period: Period) -> Drawn:
        """Return the rows of the year before, or none where a clock that judges them allowed another time then."""
        before = period.year_before()
        if self.judged and not is_comparable(self.clocks, period, before):
            return Drawn(absent=Absent.OTHER_TIME)
        return self.draw(before)

    def says_of(self, period: Period) -> tuple[str, str]:
        """Return the definition in Chinese and English as it is printed with a period, with the time allowed then."""
        if not self.judged:
            return self.says, self.says_en
        allowed, allowed_en = allowed_in(self.clocks, period)
        return self.says + allowed, f"{self.says_en} {allowed_en}".rstrip()

    def value(self, drawn: Drawn) -> float | None:
        """Return the figure that rows give."""
        return None if drawn.absent else value_of(self.aggregate, drawn.values)


MEASURES: dict[str, Measure] = {}


def measure(
    code: str,
    *,
    of: str,
    name: tuple[str, str],
    unit: tuple[str, str],
    says: tuple[str, str],
    counter: str,
    aggregate: Aggregate = "count",
    revision: int = 1,
    placed: bool = False,
    parts: tuple[str, ...] = (),
    within: str = "",
    clocks: tuple[str, ...] = (),
    judged: bool = False,
) -> Callable[[Callable[[Period], Rows]], Callable[[Period], Rows]]:
    """Register a function that yields a period's rows, (id,) or (id, contribution), as a measure.

    `revision` is raised whenever the same rows would give another figure.
    """

    def register(rows: Callable[[Period], Rows]) -> Callable[[Period], Rows]:
        stage = rows.__module__.partition(".measures.")[2].partition(".")[0]
        MEASURES[code] = Measure(
            code, of, aggregate, *name, *unit, *says, counter, revision, rows, stage, placed, parts, within,
            clocks, judged,
        )  # fmt: skip
        return rows

    return register
