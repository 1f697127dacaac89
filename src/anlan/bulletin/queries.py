"""What the pages of a bulletin show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from anlan.bulletin.figures.kinds import KINDS, visible
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.figures.veil import NO_VEIL, Veil, veil_of
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.words import District, Line, districts, in_english, line, lines, name_of, unit_of
from anlan.core.city.areas import area_index
from anlan.core.people.actors import Actor
from anlan.effect.models import Estimate

PAGE = 100
GROUPS = ("intake", "triage", "dispatch", "hotspots", "prevention", "voice")


@dataclass(frozen=True)
class Behind:
    """The records behind a figure, as far as this reader may open them."""

    total: int
    openable: list[tuple[str, str, str]]  # name, address, contribution
    closed: int  # counted, but not for this reader to open
    page: int
    pages: int


def group_word(group: str) -> str:
    """Name a part of the bulletin."""
    return {"intake": _("Heard"), "triage": _("What it was and whose"), "dispatch": _("Who went"),
            "hotspots": _("Places that keep failing"), "prevention": _("Put right"),
            "voice": _("What the public says")}[group]  # fmt: skip


@dataclass(frozen=True)
class Told:
    """An issue as one reader may read it: its figures are read once, and so is what is hidden of them."""

    issue: Issue
    figures: list[Figure]
    veil: Veil

    @classmethod
    def to(cls, issue: Issue, *, public: bool) -> Told:
        """Read an issue for the public, or for who signs in."""
        figures = list(issue.figures.all())
        return cls(issue, figures, veil_of(issue, figures) if public else NO_VEIL)

    def lines(self) -> list[Line]:
        """Return its figures of the city as printed."""
        return lines(self.figures, self.veil)

    def line(self, figure: Figure) -> Line:
        """Return one of its figures as printed, under its district's name where it is of one."""
        by_code = {one.measure: one for one in self.figures if one.area == figure.area}
        return replace(line(figure, by_code, self.veil), name=named(figure.key, self.issue))

    def parts(self) -> list[tuple[str, list[Line]]]:
        """Return its lines in their parts."""
        order = sorted(self.lines(), key=lambda one: GROUPS.index(one.figure.of.group))
        told = [replace(one, note=n) for n, one in enumerate(order, 1)]
        groups = [(group, [one for one in told if one.figure.of.group == group]) for group in GROUPS]
        return [(group_word(group), some) for group, some in groups if some]

    def districts(self) -> list[tuple[str, str, list[District]]]:
        """Return what is printed by district and its unit, by the boundaries at the period's end in both years."""
        rows = districts(self.figures, _district_names(self.issue), self.veil)
        return [(name_of(of), unit_of(of), some) for of, some in rows]

    def table(self) -> list[dict[str, Any]]:
        """Return it as plain rows, for files."""
        names = _district_names(self.issue)
        return [_row(one, names, self.veil) for one in self.figures]


def behind(figure: Figure, actor: Actor, page: int, *, base: bool = False, most: bool = False) -> Behind:
    """Return a page of the records behind a figure or its base, in order of entry or what counts most first."""
    drawn, kind = (figure.base_rows if base else figure.rows).drawn(), KINDS[figure.of.of]
    pages = max(1, -(-drawn.n // PAGE))
    page = min(max(page, 1), pages)
    order = np.argsort(-drawn.values, kind="stable") if most else np.arange(drawn.n)
    here = order[(page - 1) * PAGE : page * PAGE]
    values = dict(zip(drawn.ids[here].tolist(), drawn.values[here].tolist(), strict=True))
    seen = dict(visible(kind, list(values), actor))
    rows = [(seen[pk], kind.link(seen[pk]) if kind.link else "", _contribution(figure, value))
            for pk, value in values.items() if pk in seen]  # fmt: skip
    return Behind(drawn.n, rows, len(values) - len(rows), page, pages)


def named(key: str, issue: Issue) -> str:
    """Name a figure by its key, with its district where it is of one."""
    code, _at, area = key.partition("@")
    name = name_of(MEASURES[code])
    return f"{name} · {_district_names(issue).get(area, _('without a place'))}" if area else name


def _district_names(issue: Issue) -> dict[str, str]:
    versions, _index = area_index(issue.plan.until)
    return {one.area.code: (one.name_en if in_english() else one.name) for one in versions}


def sentence(issue: Issue) -> str:
    """Return the estimate's sentence that the issue prints, in the page's language."""
    found = Estimate.objects.filter(number=issue.estimate).first() if issue.estimate else None
    return "" if found is None else (found.sentence_en if in_english() else found.sentence_zh)


def _row(one: Figure, names: dict[str, str], veil: Veil) -> dict[str, Any]:
    of, now, before = one.of, one.key not in veil.values, one.key not in veil.bases
    return {
        "measure": one.measure, "area": one.area, "name": of.name, "name_en": of.name_en,
        "area_name": names.get(one.area, _("without a place")) if one.area else "", "unit": of.unit,
        "value": one.value if now else None, "value_note": _note(one.absent, hidden=not now),
        "base": one.base if before else None, "base_note": _note(one.base_absent, hidden=not before),
        "n": one.n if now else None, "base_n": one.base_n if before else None, "low": one.low if now else None,
        "high": one.high if now else None, "revision": one.revision, "position": one.position,
        "counter": of.counter, "definition": one.says or of.says, "definition_en": one.says_en or of.says_en,
    }  # fmt: skip


def _note(absent: str, *, hidden: bool) -> str:
    return "suppressed" if hidden else absent


def _contribution(figure: Figure, value: float) -> str:
    if figure.of.aggregate == "count":
        return ""
    if figure.of.aggregate == "sum":
        return f"{value:,.0f}"
    if figure.of.aggregate == "share":
        return _("yes") if value else _("no")
    return f"{value:,.1f}"
