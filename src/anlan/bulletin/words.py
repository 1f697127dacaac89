"""How figures are written: value, base and change, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.bulletin import rules
from anlan.bulletin.figures.districts import OUTSIDE
from anlan.bulletin.figures.measure import TOTALS, Absent, Measure
from anlan.bulletin.figures.veil import NO_VEIL, Veil
from anlan.bulletin.models import Figure

MISSING = "—"
MINUS = "−"


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


def lines(figures: Sequence[Figure], veil: Veil = NO_VEIL) -> list[Line]:
    """Return the figures of an issue as printed, without what a veil hides."""
    whole = [one for one in figures if not one.area]
    by_code = {one.measure: one for one in whole}
    return [line(one, by_code, veil) for one in whole]


@dataclass(frozen=True)
class District:
    """One district's row of a measure: its name, both years, and how wide their bars are, in per cent."""

    figure: Figure
    name: str
    value: str
    base: str
    wide: float
    base_wide: float


def districts(
    figures: Sequence[Figure], names: Mapping[str, str], veil: Veil = NO_VEIL
) -> list[tuple[Measure, list[District]]]:
    """Return the measures that are printed by district."""
    told = []
    for code in dict.fromkeys(one.measure for one in figures if one.area):
        parts = sorted(
            (one for one in figures if one.measure == code and one.area), key=lambda one: one.area == OUTSIDE
        )
        most = max([1.0, *(value for one in parts for value in (one.value, one.base) if value)])
        told.append((parts[0].of, [_district(one, names, veil, most) for one in parts]))
    return told


def _district(one: Figure, names: Mapping[str, str], veil: Veil, most: float) -> District:
    return District(
        figure=one, name=names.get(one.area, _("without a place")), value=shown_value(one, veil),
        base=shown_base(one, veil), wide=0.0 if one.key in veil.values else round(100 * (one.value or 0) / most, 1),
        base_wide=0.0 if one.key in veil.bases else round(100 * (one.base or 0) / most, 1),
    )  # fmt: skip


def shown_value(one: Figure, veil: Veil) -> str:
    """Write a figure's value, or that the public is not shown it."""
    return _hidden(one.of, one.value) if one.key in veil.values else number(one.of, one.value)


def shown_base(one: Figure, veil: Veil) -> str:
    """Write a figure's base, or that the public is not shown it."""
    return _hidden(one.of, one.base) if one.key in veil.bases else number(one.of, one.base)


def _hidden(of: Measure, value: float | None) -> str:
    few = of.aggregate in TOTALS and value is not None and 0 < value < rules.LEAST
    return _("fewer than %(n)d") % {"n": rules.LEAST} if few else _("not shown")


def number(of: Measure, value: float | None) -> str:
    """Write a value: whole for counts, one decimal else, a missing one as a dash."""
    if value is None:
        return MISSING
    text = f"{value:,.0f}" if of.aggregate in TOTALS else f"{value:,.1f}"
    return text.replace("-", MINUS)


def change(of: Measure, value: float | None, base: float | None) -> str:
    """Write how it stands to its base; a manifold prints both numbers."""
    found = rules.change(of.aggregate, value, base)
    if found.amount is None:
        return MISSING
    if found.kind == "times":
        told = {"times": f"{found.amount:.1f}".removesuffix(".0"), "from": number(of, base), "to": number(of, value)}
        return _("×%(times)s, from %(from)s to %(to)s") % told
    text = "0.0" if abs(found.amount) < 0.05 else f"{found.amount:+.1f}".replace("-", MINUS)
    return _("%(n)s points") % {"n": text} if found.kind == "points" else f"{text}%"


def in_english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "en").startswith("en")


def name_of(of: Measure) -> str:
    """Name a measure in the page's language."""
    return of.name_en if in_english() else of.name


def why(absent: str) -> str:
    """Say in words why there is no figure."""
    return str(Absent(absent).label) if absent else ""


def line(one: Figure, by_code: Mapping[str, Figure], veil: Veil) -> Line:
    """Return a figure as it is printed, with its counter-indicator where that is among the others."""
    of = one.of
    both = one.key not in veil.values and one.key not in veil.bases
    return Line(
        figure=one, name=name_of(of), unit=unit_of(of), says=says_of(one),
        value=shown_value(one, veil), base=shown_base(one, veil),
        change=change(of, one.value, one.base) if both else MISSING, notes=[*_sample(one, veil), *_missing(one)],
        counter=_beside(of, by_code, veil), hidden=one.key in veil.values,
        base_hidden=one.key in veil.bases,
    )  # fmt: skip


def says_of(one: Figure) -> str:
    """Return the definition that was printed; the first issues kept none, and have today's words."""
    return (one.says_en or one.of.says_en) if in_english() else (one.says or one.of.says)


def unit_of(of: Measure) -> str:
    """Name a measure's unit in the page's language."""
    return of.unit_en if in_english() else of.unit


def _sample(one: Figure, veil: Veil) -> list[str]:
    """Write how many rows a share or median rests on, in both periods, and a share's interval."""
    if one.of.aggregate == "count" or one.key in veil.values or not one.n:
        return []
    told = {"n": f"{one.n:,}", "base": f"{one.base_n:,}"}
    shown = one.base_n and one.key not in veil.bases
    size = (_("n = %(n)s (year before %(base)s)") if shown else _("n = %(n)s")) % told
    if one.low is None or one.high is None:
        return [size]
    return [_("95 %% interval %(low)s to %(high)s") % {"low": f"{one.low:.1f}", "high": f"{one.high:.1f}"}, size]


def _missing(one: Figure) -> list[str]:
    """Say why a value or a base is missing."""
    found = []
    if one.absent:
        found.append(_("no figure: %(why)s") % {"why": why(one.absent)})
    if one.base_absent and one.base_absent != one.absent:
        found.append(_("no base: %(why)s") % {"why": why(one.base_absent)})
    return found


def _beside(of: Measure, by_code: Mapping[str, Figure], veil: Veil) -> str:
    """Write the counter-indicator: its value, and that of the year before."""
    other = by_code.get(of.counter)
    if other is None:
        return ""
    unit = unit_of(other.of) if unit_of(other.of) == "%" else f" {unit_of(other.of)}"
    value = shown_value(other, veil)
    bare = value == MISSING or other.key in veil.values
    told = {"name": name_of(other.of), "value": value if bare else value + unit, "base": shown_base(other, veil)}
    return _("%(name)s %(value)s (year before %(base)s)") % told
