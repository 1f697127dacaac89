"""How figures are written: value, base and change, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.bulletin import rules
from anlan.bulletin.measuring import Measure
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
    interval: str
    counter: str  # the counter-indicator's name and value, beside it
    hidden: bool


def lines(figures: list[Figure], *, public: bool) -> list[Line]:
    """Return the figures of an issue as printed; for the public without what small cells would give away."""
    whole = [one for one in figures if not one.area]
    by_code = {one.measure: one for one in whole}
    hidden = {one.measure for one in whole if public and _is_hidden(one)}
    return [_line(one, by_code, hidden) for one in whole]


@dataclass(frozen=True)
class District:
    """One district's row of a measure: its name, both years, and how wide their bars are, in per cent."""

    name: str
    value: str
    base: str
    wide: float
    base_wide: float


def districts(figures: list[Figure], names: Mapping[str, str], *, public: bool) -> list[tuple[Measure, list[District]]]:
    """Return the measures that are printed by district; small cells go with their complements."""
    told = []
    for code in dict.fromkeys(one.measure for one in figures if one.area):
        parts = [one for one in figures if one.measure == code and one.area]
        veiled = _veiled(parts) if public else set()
        most = max([1.0, *(value for one in parts for value in (one.value, one.base) if value)])
        told.append((parts[0].of, [_district(one, names, one.area in veiled, most) for one in parts]))
    return told


def _veiled(parts: list[Figure]) -> set[str]:
    now = rules.suppressed({one.area: one.value or 0 for one in parts})
    return now | rules.suppressed({one.area: one.base or 0 for one in parts})


def _district(one: Figure, names: Mapping[str, str], veiled: bool, most: float) -> District:
    small = 0 < (one.value or 0) < rules.LEAST
    less = _("fewer than %(n)d") % {"n": rules.LEAST} if small else _("not shown")
    return District(
        name=names.get(one.area, _("without a place")),
        value=less if veiled else number(one.of, one.value),
        base=_("not shown") if veiled else number(one.of, one.base),
        wide=0.0 if veiled else round(100 * (one.value or 0) / most, 1),
        base_wide=0.0 if veiled else round(100 * (one.base or 0) / most, 1),
    )


def number(of: Measure, value: float | None) -> str:
    """Write a value: whole for counts, one decimal else, a missing one as a dash."""
    if value is None:
        return MISSING
    text = f"{value:,.0f}" if of.aggregate == "count" else f"{value:,.1f}"
    return text.replace("-", MINUS)


def change(of: Measure, value: float | None, base: float | None) -> str:
    """Write how it stands to its base; a manifold prints both numbers."""
    found = rules.change(of.aggregate, value, base)
    if found.amount is None:
        return MISSING
    if found.kind == "times":
        told = {"times": f"{found.amount:.1f}".removesuffix(".0"), "from": number(of, base), "to": number(of, value)}
        return _("×%(times)s, from %(from)s to %(to)s") % told
    text = f"{found.amount:+.1f}".replace("-", MINUS)
    return _("%(n)s points") % {"n": text} if found.kind == "points" else f"{text}%"


def in_english() -> bool:
    """Whether the page is in English."""
    return (get_language() or "en").startswith("en")


def name_of(of: Measure) -> str:
    """Name a measure in the page's language."""
    return of.name_en if in_english() else of.name


def _is_hidden(one: Figure) -> bool:
    small = rules.is_small(one.of.aggregate, one.value, one.n)
    return small or (one.base is not None and rules.is_small(one.of.aggregate, one.base, one.base_n))


def _line(one: Figure, by_code: dict[str, Figure], hidden: set[str]) -> Line:
    of, english = one.of, in_english()
    veiled = one.measure in hidden
    less = _("fewer than %(n)d") % {"n": rules.LEAST}
    interval = ""
    if one.low is not None and one.high is not None and not veiled:
        interval = _("95 %% interval %(low)s to %(high)s, n = %(n)s") % {
            "low": f"{one.low:.1f}", "high": f"{one.high:.1f}", "n": f"{one.n:,}"
        }  # fmt: skip
    elif of.aggregate != "count" and not veiled:
        interval = f"n = {one.n:,}"
    return Line(
        figure=one, name=name_of(of), unit=of.unit_en if english else of.unit,
        says=of.says_en if english else of.says, value=less if veiled else number(of, one.value),
        base=less if veiled else number(of, one.base), change=MISSING if veiled else change(of, one.value, one.base),
        interval=interval, counter=_beside(of, by_code, hidden), hidden=veiled,
    )  # fmt: skip


def _beside(of: Measure, by_code: dict[str, Figure], hidden: set[str]) -> str:
    """Write the counter-indicator: its value, and that of the year before."""
    other = by_code.get(of.counter)
    if other is None or of.counter in hidden:
        return ""
    unit = other.of.unit_en if in_english() else other.of.unit
    unit = unit if unit == "%" else f" {unit}"
    told = {
        "name": name_of(other.of),
        "value": number(other.of, other.value) + unit,
        "base": number(other.of, other.base),
    }
    return _("%(name)s %(value)s (year before %(base)s)") % told
