"""An issue as a PDF on A4: text that can be selected, definitions, revision note and verification code."""

from __future__ import annotations

import io
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, SimpleDocTemplate, Spacer

from anlan.bulletin.models import Issue
from anlan.bulletin.print.paper import (
    ACCENT,
    COLUMNS,
    INSET,
    MARGIN,
    WIDE,
    Numbered,
    Square,
    heads,
    styles_in_use,
    table,
    text,
)
from anlan.bulletin.queries.editions import Edition, sentence
from anlan.bulletin.queries.lines import Line
from anlan.bulletin.words import headline_of, organisation_name
from anlan.core.city.areas import local_day
from anlan.core.city.current import city

Styles = dict[str, ParagraphStyle]


def written(issue: Issue) -> bytes:
    """Return the PDF of an issue in the page's language, as the public reads it."""
    file = io.BytesIO()
    document = SimpleDocTemplate(file, pagesize=A4, leftMargin=MARGIN - INSET, rightMargin=MARGIN - INSET,
                                 topMargin=16 * mm, bottomMargin=18 * mm, title=headline_of(issue),
                                 author=organisation_name(issue.issuer))  # fmt: skip
    styles, edition = styles_in_use(), Edition.of(issue, public=True)
    parts = edition.parts()
    story = [*_head(issue, styles), *_figures(parts, styles), *_districts(edition, styles),
             *_notes(issue, parts, styles), *_code(issue, styles)]  # fmt: skip
    document.build(story, canvasmaker=partial(Numbered, issue.number))
    return file.getvalue()


def _head(issue: Issue, styles: Styles) -> list[Flowable]:
    imprint = _("%(issuer)s. Issue %(number)s, revision %(revision)d, %(day)s.") % {
        "issuer": organisation_name(issue.issuer), "number": issue.number, "revision": issue.revision,
        "day": local_day(issue.published_at),
    }  # fmt: skip
    head: list[Flowable] = [HRFlowable("100%", 3, color=ACCENT, spaceAfter=4), text(imprint, styles["small"]),
                            text(headline_of(issue), styles["title"]), *_basis(issue, styles)]  # fmt: skip
    if later := getattr(issue, "corrected_by", None):
        corrected = _("A later issue corrects this one: %(number)s.") % {"number": later.number}
        head.append(text(corrected, styles["text"]))
    if (here := city()) and here.synthetic:
        head.append(text(_("A simulated city: every report here is invented."), styles["text"]))
    if estimate := sentence(issue):
        head += [text(_("Did it work?"), styles["part"]), text(estimate, styles["text"])]
    return head


def _basis(issue: Issue, styles: Styles) -> list[Flowable]:
    """Write the period, its base, and by which boundaries both are counted."""
    plan, base = issue.plan, issue.plan.period.year_before()
    period = _("Period %(since)s to %(until)s. Base: %(from)s to %(to)s, the same days of the year before.") % {
        "since": plan.since, "until": plan.until, "from": base.since, "to": base.until
    }  # fmt: skip
    basis = _("City-wide figures are not touched by districts that merged or moved; what is counted by place is counted"
              " with the boundaries in force at the end of the period in both years.")  # fmt: skip
    return [text(period, styles["text"]), text(basis, styles["small"])]


def _figures(parts: list[tuple[str, list[Line]]], styles: Styles) -> list[Flowable]:
    story: list[Flowable] = []
    for name, lines in parts:
        names = (_("Measure"), pgettext("of a figure", "Unit"), _("This period"), _("Base"), _("Change"))
        rows = [heads(names, styles), *(_row(line, styles) for line in lines)]
        story += [CondPageBreak(45 * mm), text(name, styles["part"]),
                  table(rows, [*COLUMNS, WIDE - sum(COLUMNS)])]  # fmt: skip
    missing = _(
        "“—” means that there is no figure; it is not zero. A figure of fewer than five about people’s matters, and"
        " what would give it away, is not shown to the public."
    )
    return [*story, Spacer(1, 2 * mm), text(missing, styles["small"])]


def _districts(edition: Edition, styles: Styles) -> list[Flowable]:
    story: list[Flowable] = []
    for name, unit, rows in edition.districts():
        names = (_("District"), pgettext("of a figure", "Unit"), _("This period"), _("Base"))
        body = [[text(row.name, styles["text"]), text(unit, styles["small"]), text(row.value, styles["value"]),
                 text(row.base, styles["number"])] for row in rows]  # fmt: skip
        columns = table([heads(names, styles), *body], COLUMNS, hAlign="LEFT")
        story.append(KeepTogether([text(_("%(name)s by district") % {"name": name}, styles["part"]), columns]))
    return story


def _row(line: Line, styles: Styles) -> list[Flowable | list[Flowable]]:
    name: list[Flowable] = [text(f"{line.name} [{line.note}]", styles["text"])]
    if line.beside:
        name.append(text(line.beside, styles["small"]))
    numbers = [text(number, styles["number"]) for number in (line.base, line.change)]
    return [name, text(line.unit, styles["small"]), text(line.value, styles["value"]), *numbers]


def _notes(issue: Issue, parts: list[tuple[str, list[Line]]], styles: Styles) -> list[Flowable]:
    story: list[Flowable] = [text(_("Definitions"), styles["part"])]
    lines = [line for _name, some in parts for line in some]
    story += [text(f"[{line.note}] {line.says} r{line.figure.revision}", styles["small"]) for line in lines]
    if issue.corrects:
        revision = _("Revision %(n)d: %(note)s The issue before stays as it was.") % {
            "n": issue.revision,
            "note": issue.note,
        }
        story.append(text(revision, styles["text"]))
    fixed = _("The measures were fixed on %(day)s, before the period ended; those that got worse are printed too.") % {
        "day": local_day(issue.plan.fixed_at)
    }
    story.append(text(fixed, styles["small"]))
    return story


def _code(issue: Issue, styles: Styles) -> list[Flowable]:
    code = _("Verification code %(number)s %(code)s. Ledger position %(position)s.") % {
        "number": issue.number, "code": issue.code, "position": f"{issue.position:,}"
    }  # fmt: skip
    square = Square(f"{issue.number} {issue.code}")
    return [KeepTogether([Spacer(1, 6 * mm), square, text(code, styles["text"])])]
