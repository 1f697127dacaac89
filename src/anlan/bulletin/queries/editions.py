"""An issue as one reader may read it: its lines, its districts, its table, and the sentence of its estimate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.veil import NO_VEIL, Veil, veil_of
from anlan.bulletin.models import Figure, Issue, Plan
from anlan.bulletin.queries.lines import District, Line, districts, line, lines
from anlan.bulletin.words import GROUPS, group_word, name_of, plain, unit_of
from anlan.core.city.areas import area_index, local_day
from anlan.core.time.clock import now
from anlan.core.words import MISSING, in_chinese
from anlan.effect.models import Estimate


@dataclass(frozen=True)
class Change:
    """A figure as it was printed and as a correction prints it."""

    before: Line | None  # none: it was not printed
    after: Line | None

    @property
    def name(self) -> str:
        """Its name, with its district where it is of one."""
        line = self.after or self.before
        return line.name if line else ""

    @property
    def notes(self) -> tuple[str, str]:
        """What stands in small print beside both, where that differs: a sample may change and its share not."""
        was, is_now = (_("; ").join(line.notes) if line else "" for line in (self.before, self.after))
        return (was, is_now) if was != is_now else ("", "")

    def cells(self) -> tuple[tuple[str, str], tuple[str, str], str, str]:
        """Return value before and now, each with its small print, and base before and now; a dash for none."""
        was, is_now = ((line.value, line.base) if line else (MISSING, MISSING) for line in (self.before, self.after))
        return (was[0], self.notes[0]), (is_now[0], self.notes[1]), was[1], is_now[1]


@dataclass(frozen=True)
class Edition:
    """An issue as one reader may read it: its figures are read once, and so is what is hidden of them."""

    issue: Issue
    figures: list[Figure]
    veil: Veil

    @classmethod
    def of(cls, issue: Issue, *, public: bool) -> Edition:
        """Read an issue for the public, or for who signs in."""
        figures = list(issue.figures.all())
        return cls(issue, figures, veil_of(issue, figures) if public else NO_VEIL)

    def lines(self) -> list[Line]:
        """Return its figures of the city as printed."""
        return lines(self.figures, self.veil)

    def line(self, figure: Figure) -> Line:
        """Return one of its figures as printed, under its district's name where it is of one."""
        by_code = {other.measure: other for other in self.figures if other.area == figure.area}
        return replace(line(figure, by_code, self.veil), name=named(figure.key, self.issue))

    def parts(self) -> list[tuple[str, list[Line]]]:
        """Return its lines in their parts."""
        order = sorted(self.lines(), key=lambda line: GROUPS.index(line.figure.of.group))
        noted = [replace(line, note=n) for n, line in enumerate(order, 1)]
        groups = [(group, [line for line in noted if line.figure.of.group == group]) for group in GROUPS]
        return [(group_word(group), some) for group, some in groups if some]

    def districts(self) -> list[tuple[str, str, list[District]]]:
        """Return what is printed by district and its unit, by the boundaries at the period's end in both years."""
        by_district = districts(self.figures, _district_names(self.issue, chinese=in_chinese()), self.veil)
        return [(name_of(of), unit_of(of), some) for of, some in by_district]

    def corrections(self) -> list[Change]:
        """Return the figures that are printed otherwise than in the issue that this one corrects, or only in one."""
        if self.issue.corrects is None:
            return []
        earlier = Edition.of(self.issue.corrects, public=self.veil is not NO_VEIL)
        before = {figure.key: earlier.line(figure) for figure in earlier.figures}
        after = {figure.key: self.line(figure) for figure in self.figures}
        changes = [Change(before.get(key), after.get(key)) for key in {**before, **after}]
        return [change for change in changes if _printed(change.before) != _printed(change.after)]

    def table(self) -> list[dict[str, Any]]:
        """Return it as plain rows, for files."""
        names = _district_names(self.issue, chinese=True), _district_names(self.issue, chinese=False)
        return [_row(figure, names, self.veil) for figure in self.figures]

    def document(self) -> dict[str, Any]:
        """Return the whole issue as one object, for programs: what it is of, its words, its figures."""
        issue, plan = self.issue, self.issue.plan
        return {
            "number": issue.number, "revision": issue.revision,
            "corrects": issue.corrects.number if issue.corrects else None,
            "since": plan.since, "until": plan.until, "measures_fixed_at": plan.fixed_at,
            "compiled_afterwards": plan.is_afterwards, "published_at": issue.published_at,
            "issuer": issue.issuer.name, "issuer_en": issue.issuer.name_en, "headline": issue.headline,
            "headline_en": issue.headline_en, "note": issue.note, "note_en": issue.note_en,
            "estimate": issue.estimate or None, "position": issue.position, "code": issue.code,
            "figures": self.table(),
        }  # fmt: skip


def plan_to_come() -> Plan | None:
    """Return the next period whose measures are fixed and that is not over yet."""
    return Plan.objects.filter(issues=None, until__gte=local_day(now())).order_by("until", "pk").first()


def _printed(line: Line | None) -> tuple[object, ...]:
    """Return what is printed of a figure itself; its counter-indicator is a figure of its own."""
    return (line.value, line.base, line.change, *line.notes) if line else ()


def named(key: str, issue: Issue) -> str:
    """Name a figure by its key, with its district where it is of one."""
    code, _at, area = key.partition("@")
    name = name_of(MEASURES[code])
    return f"{name} · {_district_names(issue, chinese=in_chinese()).get(area, _('without a place'))}" if area else name


def _district_names(issue: Issue, *, chinese: bool) -> dict[str, str]:
    versions, _index = area_index(issue.plan.until)
    return {version.area.code: (version.name if chinese else version.name_en) for version in versions}


def sentence(issue: Issue) -> str:
    """Return the estimate's sentence that the issue prints, in the page's language."""
    found = Estimate.objects.filter(number=issue.estimate).first() if issue.estimate else None
    return "" if found is None else (found.sentence_zh if in_chinese() else found.sentence_en)


def _row(figure: Figure, names: tuple[dict[str, str], dict[str, str]], veil: Veil) -> dict[str, Any]:
    of, now, before = figure.of, figure.key not in veil.values, figure.key not in veil.bases
    return {
        "measure": figure.measure, "area": figure.area, "name": of.name, "name_en": of.name_en,
        "area_name": names[0].get(figure.area, "") if figure.area else "",
        "area_name_en": names[1].get(figure.area, "") if figure.area else "", "unit": of.unit, "unit_en": of.unit_en,
        "value": plain(of, figure.value) if now else None, "value_note": _note(figure.absent, hidden=not now),
        "base": plain(of, figure.base) if before else None, "base_note": _note(figure.base_absent, hidden=not before),
        "n": figure.n if now else None, "base_n": figure.base_n if before else None,
        "low": plain(of, figure.low) if now else None, "high": plain(of, figure.high) if now else None,
        "revision": figure.revision, "position": figure.position,
        "counter": of.counter, "definition": figure.says or of.says, "definition_en": figure.says_en or of.says_en,
    }  # fmt: skip


def _note(absent: str, *, hidden: bool) -> str:
    return "suppressed" if hidden else absent
