"""What the public is not shown of an issue: small cells, what gives them away, and what other issues would tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.cache import cache

from anlan.bulletin import rules
from anlan.bulletin.figures.drawn import TOTALS
from anlan.bulletin.figures.kinds import KINDS
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.period import Period
from anlan.bulletin.models import Figure, Issue


@dataclass(frozen=True)
class Veil:
    """The keys of the figures whose value, and whose base, the public is not shown."""

    values: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()


NO_VEIL = Veil()
Side = Callable[[Figure], tuple[float | None, int]]


@dataclass
class Past:
    """What issues have shown and hidden of each figure, and of which days."""

    shown: dict[str, list[tuple[rules.Span, float]]] = field(default_factory=lambda: defaultdict(list))
    hidden: dict[str, set[rules.Span]] = field(default_factory=lambda: defaultdict(set))

    def add(self, issue: Issue, figures: Sequence[Figure], veil: Veil) -> None:
        """Remember an issue, its values and its bases."""
        for days, side, keys in ((issue.plan.period, _value, veil.values),
                                 (issue.plan.period.year_before(), _base, veil.bases)):  # fmt: skip
            for figure in figures:
                value = side(figure)[0]
                if figure.key in keys:
                    self.hidden[figure.key].add(_span(days))
                elif value is not None and figure.of.aggregate in TOTALS:
                    self.shown[figure.key].append((_span(days), value))

    def tells(self, figure: Figure, span: rules.Span, value: float | None) -> bool:
        """Whether a figure, shown beside what was shown before, would tell what is hidden or small.

        A district whose count moved by a few is hidden with its new count; the city's own is corrected in print.
        """
        shown, hidden = self.shown[figure.key], self.hidden[figure.key]
        if span in hidden:
            return True
        if value is None or figure.of.aggregate not in TOTALS:
            return False
        before = rules.known_over_time(shown, span)
        if before is not None:
            return bool(figure.area) and 0 < abs(value - before) < rules.LEAST
        return rules.tells_over_time(shown, hidden, span, value)


def veil_of(issue: Issue, figures: Sequence[Figure]) -> Veil:
    """Return what of an issue is hidden, kept as long as the process lives: an issue never changes."""
    found: Veil | None = cache.get(_name(issue))
    if found is None:
        past, printed = Past(), {}
        for old in Issue.objects.filter(pk__lt=issue.pk).select_related("plan").order_by("pk"):
            printed[old.pk] = some = list(old.figures.all())
            past.add(old, some, _veil(old, some, past, printed))
        found = _veil(issue, figures, past, printed)
    return found


def _veil(issue: Issue, figures: Sequence[Figure], past: Past, printed: Mapping[int, Sequence[Figure]]) -> Veil:
    """Hide of a correction with the same numbers what the issue hid that it corrects: it tells nothing new."""
    found: Veil | None = cache.get(_name(issue))
    if found is None and issue.corrects and _numbers(figures) == _numbers(printed[issue.corrects.pk]):
        found = cache.get(_name(issue.corrects))
        cache.set(_name(issue), found, None)
    if found is None:
        period = issue.plan.period
        found = Veil(_hidden(figures, _value, period, past), _hidden(figures, _base, period.year_before(), past))
        cache.set(_name(issue), found, None)
    return found


def _numbers(figures: Sequence[Figure]) -> set[tuple[str, float | None, int, float | None, int]]:
    return {(figure.key, figure.value, figure.n, figure.base, figure.base_n) for figure in figures}


def _name(issue: Issue) -> str:
    return f"bulletin.veil:{issue.pk}:{issue.code.replace(' ', '')}"


def _span(days: Period) -> rules.Span:
    return days.since.toordinal(), days.until.toordinal() + 1


def _value(figure: Figure) -> tuple[float | None, int]:
    return figure.value, figure.n


def _base(figure: Figure) -> tuple[float | None, int]:
    return figure.base, figure.base_n


def _hidden(figures: Sequence[Figure], side: Side, days: Period, past: Past) -> frozenset[str]:
    """Return the keys that are hidden; figures about no person (works, lists, rain, crews) never are."""
    mine = [figure for figure in figures if KINDS[figure.of.of].of_people]
    counts = [figure for figure in mine if figure.of.aggregate in TOTALS]
    cells = {figure.key: value for figure in counts if (value := side(figure)[0]) is not None}
    few = {figure.key for figure in mine if rules.is_small(figure.of.aggregate, *side(figure))}
    given_away = {figure.key for figure in mine if past.tells(figure, _span(days), side(figure)[0])}
    besides = given_away | set(_thin_rests(mine, side))
    return frozenset(rules.suppressed(cells, _sums(counts), besides=besides) | few | besides)


def _sums(counts: Sequence[Figure]) -> list[rules.Sum]:
    """Return which counts are sums of others: of their districts, and of the measures that make them up."""
    sums: list[rules.Sum] = [(whole.measure, whole.of.parts) for whole in counts if not whole.area and whole.of.parts]
    districts: dict[str, list[str]] = {}
    for figure in counts:
        if figure.area:
            districts.setdefault(figure.measure, []).append(figure.key)
    return [*sums, *districts.items()]


def _thin_rests(mine: Sequence[Figure], side: Side) -> Iterator[str]:
    """Return the figures that leave a small rest in one that has all their records: its number less theirs."""
    sizes = {figure.measure: side(figure)[1] for figure in mine if not figure.area and side(figure)[0] is not None}
    for code, n in sizes.items():
        whole = MEASURES[code].within
        while whole:
            if 0 < sizes.get(whole, n) - n < rules.LEAST:
                yield code
            whole = MEASURES[whole].within
