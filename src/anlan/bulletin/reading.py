"""What the pages of a bulletin show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.bulletin.kinds import KINDS, visible
from anlan.bulletin.models import Figure, Issue
from anlan.bulletin.rows import unpacked
from anlan.bulletin.words import District, Line, districts, in_english, lines, name_of
from anlan.core.actors import Actor
from anlan.core.areas import area_index
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


def parts(issue: Issue, *, public: bool) -> list[tuple[str, list[Line]]]:
    """Return the lines of an issue in their parts."""
    told = lines(_figures(issue), public=public)
    return [
        (group_word(group), [one for one in told if one.figure.of.group == group]) for group in GROUPS
        if any(one.figure.of.group == group for one in told)
    ]  # fmt: skip


def behind(figure: Figure, actor: Actor, page: int) -> Behind:
    """Return a page of the records behind a figure."""
    drawn, kind = unpacked(figure.rows), KINDS[figure.of.of]
    pages = max(1, -(-drawn.n // PAGE))
    page = min(max(page, 1), pages)
    some = drawn.ids[(page - 1) * PAGE : page * PAGE]
    values = dict(zip(drawn.ids.tolist(), drawn.values.tolist(), strict=True))
    seen = visible(kind, some.tolist(), actor)
    rows = [(label, kind.link(label) if kind.link else "", _contribution(figure, values[pk])) for pk, label in seen]
    return Behind(drawn.n, rows, len(some) - len(rows), page, pages)


def of_districts(issue: Issue, *, public: bool) -> list[tuple[str, list[District]]]:
    """Return what is printed by district, by the boundaries at the end of the period in both years."""
    versions, _index = area_index(issue.plan.until)
    names = {one.area.code: (one.name_en if in_english() else one.name) for one in versions}
    return [(name_of(of), rows) for of, rows in districts(_figures(issue), names, public=public)]


def named(figure: Figure, issue: Issue) -> str:
    """Name a figure, with its district where it is of one."""
    if not figure.area:
        return name_of(figure.of)
    versions, _index = area_index(issue.plan.until)
    names = {one.area.code: (one.name_en if in_english() else one.name) for one in versions}
    return f"{name_of(figure.of)} · {names.get(figure.area, _('without a place'))}"


def sentence(issue: Issue) -> str:
    """Return the estimate's sentence that the issue prints, in the page's language."""
    found = Estimate.objects.filter(number=issue.estimate).first() if issue.estimate else None
    return "" if found is None else (found.sentence_en if in_english() else found.sentence_zh)


def table(issue: Issue) -> list[dict[str, Any]]:
    """Return an issue as plain rows, for files."""
    return [
        {
            "measure": one.figure.measure, "name": one.figure.of.name, "name_en": one.figure.of.name_en,
            "unit": one.figure.of.unit, "value": None if one.hidden else one.figure.value,
            "base": None if one.hidden else one.figure.base, "n": None if one.hidden else one.figure.n,
            "base_n": None if one.hidden else one.figure.base_n, "low": None if one.hidden else one.figure.low,
            "high": None if one.hidden else one.figure.high, "revision": one.figure.revision,
            "position": one.figure.position, "counter": one.figure.of.counter, "definition": one.figure.of.says,
        }
        for one in lines(_figures(issue), public=True)
    ]  # fmt: skip


def _figures(issue: Issue) -> list[Figure]:
    """Return an issue's figures without the rows behind them, which a page of figures does not need."""
    return list(issue.figures.defer("rows", "base_rows"))


def _contribution(figure: Figure, value: float) -> str:
    if figure.of.aggregate == "count":
        return ""
    if figure.of.aggregate == "share":
        return _("yes") if value else _("no")
    return f"{value:,.1f}"
