"""The figures of an issue as they are printed: value, base and change, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from anlan.bulletin import rules
from anlan.bulletin.figures.districts import OUTSIDE
from anlan.bulletin.figures.drawn import TOTALS
from anlan.bulletin.figures.measure import Measure
from anlan.bulletin.figures.veil import NO_VEIL, Veil
from anlan.bulletin.models import Figure
from anlan.bulletin.words import change, name_of, number, says_of, unit_of, why
from anlan.core.words import MISSING

FEW: Final = 30  # rows in the base, below which a change in per cent says little


@dataclass(frozen=True)
class Line:
    """One figure as it is printed."""

    figure: Figure
    name: str
    unit: str
    says: str
    value: str
    base: str
    change: str
    notes: list[str]  # interval or n, and why a value or base is missing
    counter: str  # the counter-indicator's name and value, beside it
    hidden: bool  # the value is not for the public
    base_hidden: bool
    note: int = 0  # its place in the order of print, by which its definition is found

    @property
    def beside(self) -> str:
        """Everything that stands in small print under the name."""
        return _("; ").join([*self.notes, *filter(None, [self.counter])])


@dataclass(frozen=True)
class District:
    """One district's row of a measure: its name, both years, and how wide their bars are, in per cent."""

    figure: Figure
    name: str
    value: str
    base: str
    wide: float
    base_wide: float


def lines(figures: Sequence[Figure], veil: Veil = NO_VEIL) -> list[Line]:
    """Return the figures of an issue as printed, without what a veil hides."""
    whole = [figure for figure in figures if not figure.area]
    by_code = {figure.measure: figure for figure in whole}
    return [line(figure, by_code, veil) for figure in whole]


def line(figure: Figure, by_code: Mapping[str, Figure], veil: Veil) -> Line:
    """Return a figure as it is printed, with its counter-indicator where that is among the others."""
    of = figure.of
    both = figure.key not in veil.values and figure.key not in veil.bases
    return Line(
        figure=figure, name=name_of(of), unit=unit_of(of), says=says_of(figure),
        value=shown_value(figure, veil), base=shown_base(figure, veil),
        change=change(of, figure.value, figure.base) if both else MISSING,
        notes=[*_sample(figure, veil), *_few(figure, veil), *_missing(figure)],
        counter=_beside(of, by_code, veil), hidden=figure.key in veil.values,
        base_hidden=figure.key in veil.bases,
    )  # fmt: skip


def districts(
    figures: Sequence[Figure], names: Mapping[str, str], veil: Veil = NO_VEIL
) -> list[tuple[Measure, list[District]]]:
    """Return the measures that are printed by district; where nothing lies in any there is nothing to print."""
    by_measure: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.area:
            by_measure.setdefault(figure.measure, []).append(figure)
    divided = [parts for parts in by_measure.values() if {part.area for part in parts} != {OUTSIDE}]
    return [(parts[0].of, _rows(parts, names, veil)) for parts in divided]


def _rows(parts: Sequence[Figure], names: Mapping[str, str], veil: Veil) -> list[District]:
    """Return a measure's districts, what lies in none of them last."""
    most = max([1.0, *(value for part in parts for value in (part.value, part.base) if value)])
    return [_district(part, names, veil, most) for part in sorted(parts, key=lambda part: part.area == OUTSIDE)]


def _district(figure: Figure, names: Mapping[str, str], veil: Veil, most: float) -> District:
    return District(
        figure=figure, name=names.get(figure.area, _("without a place")), value=shown_value(figure, veil),
        base=shown_base(figure, veil),
        wide=0.0 if figure.key in veil.values else round(100 * (figure.value or 0) / most, 1),
        base_wide=0.0 if figure.key in veil.bases else round(100 * (figure.base or 0) / most, 1),
    )  # fmt: skip


def shown_value(figure: Figure, veil: Veil) -> str:
    """Write a figure's value, or that the public is not shown it."""
    return _hidden(figure.of, figure.value) if figure.key in veil.values else number(figure.of, figure.value)


def shown_base(figure: Figure, veil: Veil) -> str:
    """Write a figure's base, or that the public is not shown it."""
    return _hidden(figure.of, figure.base) if figure.key in veil.bases else number(figure.of, figure.base)


def _hidden(of: Measure, value: float | None) -> str:
    few = of.aggregate in TOTALS and value is not None and 0 < value < rules.LEAST
    return _("fewer than %(n)d") % {"n": rules.LEAST} if few else _("not shown")


def _sample(figure: Figure, veil: Veil) -> list[str]:
    """Write how many rows a share or median rests on, in both periods, and a share's interval."""
    if figure.of.aggregate == "count" or figure.key in veil.values or not figure.n:
        return []
    sizes = {"n": f"{figure.n:,}", "base": f"{figure.base_n:,}"}
    shown = figure.base_n and figure.key not in veil.bases
    size = (_("n = %(n)s (year before %(base)s)") if shown else _("n = %(n)s")) % sizes
    low, high = (f"{end:.1f}" if end is not None else "" for end in (figure.low, figure.high))
    if low == high:  # none, or all of them: no width to print
        return [size]
    return [_("95 %% interval %(low)s to %(high)s") % {"low": low, "high": high}, size]


def _few(figure: Figure, veil: Veil) -> list[str]:
    """Say that a change rests on few rows: what is counted by chance differs by much from year to year."""
    if figure.key in veil.values | veil.bases or change(figure.of, figure.value, figure.base) == MISSING:
        return []
    return [_("few: fewer than %(n)d in the base") % {"n": FEW}] if figure.base_n < FEW else []


def _missing(figure: Figure) -> list[str]:
    """Say why a value or a base is missing."""
    found = []
    if figure.absent:
        found.append(_("no figure: %(why)s") % {"why": why(figure.absent)})
    if figure.base_absent and figure.base_absent != figure.absent:
        found.append(_("no base: %(why)s") % {"why": why(figure.base_absent)})
    return found


def _beside(of: Measure, by_code: Mapping[str, Figure], veil: Veil) -> str:
    """Write the counter-indicator: its value, and that of the year before."""
    other = by_code.get(of.counter)
    if other is None:
        return ""
    unit = unit_of(other.of) if unit_of(other.of) == "%" else f" {unit_of(other.of)}"
    value = shown_value(other, veil)
    bare = value == MISSING or other.key in veil.values
    words = {"name": name_of(other.of), "value": value if bare else value + unit, "base": shown_base(other, veil)}
    return _("%(name)s %(value)s (year before %(base)s)") % words
