"""What the public is not shown of an issue: small cells, what gives them away, and what a correction would tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anlan.bulletin import rules
from anlan.bulletin.kinds import KINDS
from anlan.bulletin.measuring import MEASURES, TOTALS
from anlan.bulletin.models import Figure, Issue


@dataclass(frozen=True)
class Veil:
    """The keys of the figures whose value, and whose base, the public is not shown."""

    values: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()


NO_VEIL = Veil()
Side = Callable[[Figure], tuple[float | None, int]]


def veil_of(issue: Issue, figures: Sequence[Figure]) -> Veil:
    """Return what of an issue is hidden; what the issue before hid stays hidden, or the two together would show it."""
    if issue.corrects is None:
        return Veil(_hidden(figures, _value), _hidden(figures, _base))
    old = list(issue.corrects.figures.all())
    before = veil_of(issue.corrects, old)
    values = before.values | _moved_little(figures, old, _value)
    bases = before.bases | _moved_little(figures, old, _base)
    return Veil(_hidden(figures, _value, values), _hidden(figures, _base, bases))


def _value(one: Figure) -> tuple[float | None, int]:
    return one.value, one.n


def _base(one: Figure) -> tuple[float | None, int]:
    return one.base, one.base_n


def _hidden(figures: Sequence[Figure], side: Side, besides: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the keys that are hidden; figures about no person (works, lists, rain, crews) never are."""
    mine = [one for one in figures if KINDS[one.of.of].of_people]
    counts = [one for one in mine if one.of.aggregate in TOTALS]
    cells = {one.key: value for one in counts if (value := side(one)[0]) is not None}
    few = {one.key for one in mine if rules.is_small(one.of.aggregate, *side(one))}
    return frozenset(rules.suppressed(cells, _sums(counts), besides=besides) | few | besides)


def _sums(counts: Sequence[Figure]) -> list[rules.Sum]:
    """Return which counts are sums of others: of their districts, and of the measures that make them up."""
    of_parts = [(one.measure, MEASURES[one.measure].parts) for one in counts if not one.area and one.of.parts]
    placed = {one.measure for one in counts if one.area}
    return [*of_parts, *((code, [one.key for one in counts if one.area and one.measure == code]) for code in placed)]


def _moved_little(figures: Sequence[Figure], old: Sequence[Figure], side: Side) -> set[str]:
    """Return the districts whose figure moved by so little that the difference would be a small cell of its own."""
    before = {one.key: side(one)[0] for one in old}
    moved = {one.key: (side(one)[0], before.get(one.key)) for one in figures if one.area and one.of.aggregate in TOTALS}
    return {key for key, (now, then) in moved.items()
            if now is not None and then is not None and 0 < abs(now - then) < rules.LEAST}  # fmt: skip
