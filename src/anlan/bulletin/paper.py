"""An issue on paper, as the public reads it: figures, districts, definitions, revision note and verification code."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.bulletin.models import Issue
from anlan.bulletin.queries.editions import Edition, sentence
from anlan.bulletin.queries.lines import Line
from anlan.bulletin.words import afterwards_of, fixed_of, headline_of, note_of, organisation_name
from anlan.core.city.areas import local_day
from anlan.core.print import Code, Column, Paper, Part, Table, Whole, Words
from anlan.core.print.paper import Cell, invented
from anlan.core.print.qr import svg

Parts = list[tuple[str, list[Line]]]


def paper_of(issue: Issue) -> Paper:
    """Return an issue as a paper in the page's language."""
    edition = Edition.of(issue, public=True)
    parts = edition.parts()
    imprint = _("%(issuer)s. Issue %(number)s, revision %(revision)d, %(day)s.") % {
        "issuer": organisation_name(issue.issuer), "number": issue.number, "revision": issue.revision,
        "day": local_day(issue.published_at),
    }  # fmt: skip
    return Paper(
        title=headline_of(issue), number=issue.number, author=organisation_name(issue.issuer), imprint=imprint,
        at=issue.published_at,
        parts=[*_basis(issue), *_warnings(issue), *_figures(parts), *_districts(edition), *_notes(issue, parts),
               *_corrections(edition),
               _code(issue)],
    )  # fmt: skip


def _basis(issue: Issue) -> Iterator[Part]:
    """Write the period, its base, and by which boundaries both are counted."""
    plan, base = issue.plan, issue.plan.period.year_before()
    yield Words(_("Period %(since)s to %(until)s. Base: %(from)s to %(to)s, the same days of the year before.") % {
        "since": plan.since, "until": plan.until, "from": base.since, "to": base.until
    })  # fmt: skip
    yield Words(
        _("City-wide figures are not touched by districts that merged or moved; what is counted by place is counted"
          " with the boundaries in force at the end of the period in both years."), "small")  # fmt: skip


def _warnings(issue: Issue) -> Iterator[Part]:
    """Write what a reader has to know first: a correction, a late plan, an invented city, whether the works helped."""
    if later := getattr(issue, "corrected_by", None):
        yield Words(_("A later issue corrects this one: %(number)s.") % {"number": later.number})
    if afterwards := afterwards_of(issue.plan):
        yield Words(afterwards)
    yield from invented()
    if estimate := sentence(issue):
        yield Words(_("Did it work?"), "heading")
        yield Words(estimate)


def _figures(parts: Parts) -> Iterator[Part]:
    columns = [*_columns(_("Measure")), Column(pgettext("of a figure", "Change"), 27, "number")]
    for name, lines in parts:
        yield Words(name, "heading")
        yield Table(columns, [_row(line) for line in lines])
    yield Words(
        _("'—' means that there is no figure; it is not zero. A figure of fewer than five about people's matters, and"
          " what would give it away, is not shown to the public."), "small")  # fmt: skip


def _columns(name: str) -> list[Column]:
    unit = Column(pgettext("of a figure", "Unit"), 18, "small")
    return [Column(name, 81), unit, Column(_("This period"), 24, "value"), Column(_("Base"), 24, "number")]


def _row(line: Line) -> list[Cell]:
    return [(f"{line.name} [{line.note}]", line.beside), line.unit, line.value, line.base, line.change]


def _districts(edition: Edition) -> Iterator[Part]:
    for name, unit, rows in edition.districts():
        heading = Words(_("%(name)s by district") % {"name": name}, "heading")
        body = [[row.name, unit, row.value, row.base] for row in rows]
        yield Whole([heading, Table(_columns(_("District")), body)])


def _notes(issue: Issue, parts: Parts) -> Iterator[Part]:
    yield Words(_("Definitions"), "heading")
    for line in (line for _name, lines in parts for line in lines):
        yield Words(f"[{line.note}] {line.says} r{line.figure.revision}", "note")
    if issue.corrects:
        yield Words(_("Revision %(n)d: %(note)s The issue before stays as it was.") % {
            "n": issue.revision, "note": note_of(issue),
        })  # fmt: skip
    yield Words(fixed_of(issue.plan), "small")


def _corrections(edition: Edition) -> Iterator[Part]:
    """Write what a correction prints otherwise, or that it is nothing."""
    if edition.issue.corrects is None:
        return
    changes = edition.corrections()
    if not changes:
        yield Words(_("No printed figure changed."), "small")
        return
    columns = [Column(_("Measure"), 74), Column(pgettext("a correction", "Before"), 25, "number"),
               Column(pgettext("a correction", "Now"), 25, "value"),
               Column(pgettext("a correction", "Base before"), 25, "number"),
               Column(pgettext("a correction", "Base now"), 25, "number")]  # fmt: skip
    body: list[list[Cell]] = [[change.name, *change.cells()] for change in changes]
    yield Whole([Words(_("Figures before and after the correction"), "heading"), Table(columns, body)])


def _code(issue: Issue) -> Part:
    code = _("Verification code %(number)s %(code)s. Ledger position %(position)s.") % {
        "number": issue.number, "code": issue.code, "position": f"{issue.position:,}"
    }  # fmt: skip
    return Code(code, svg(f"{issue.number} {issue.code}"))
