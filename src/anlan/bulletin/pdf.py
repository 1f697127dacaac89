"""An issue as a PDF on A4: text that can be selected, definitions, revision note and verification code."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from anlan.bulletin import reading
from anlan.bulletin.models import Issue
from anlan.bulletin.qr import modules
from anlan.bulletin.words import Line, in_english

CHINESE = "STSong-Light"  # every reader has it: nothing is embedded, and text stays text
GRID = TableStyle([
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.Color(0.7, 0.74, 0.78)), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (0, -1), 0), ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
])  # fmt: skip


def written(issue: Issue) -> bytes:
    """Return the PDF of an issue in the page's language, as the public reads it."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    told = io.BytesIO()
    document = SimpleDocTemplate(told, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm,
                                 bottomMargin=18 * mm, title=_headline(issue), author=_issuer(issue))  # fmt: skip
    styles = _styles()
    story = [*_head(issue, styles), *_figures(issue, styles), *_notes(issue, styles), *_code(issue, styles)]
    document.build(story, onFirstPage=_numbered(issue), onLaterPages=_numbered(issue))
    return told.getvalue()


def _styles() -> dict[str, ParagraphStyle]:
    font = "Helvetica" if in_english() else CHINESE
    wrap = None if in_english() else "CJK"
    common: dict[str, Any] = {"fontName": font, "wordWrap": wrap}
    return {
        "title": ParagraphStyle("title", fontSize=18, leading=24, spaceAfter=6, **common),
        "part": ParagraphStyle("part", fontSize=12, leading=16, spaceBefore=12, spaceAfter=4, **common),
        "text": ParagraphStyle("text", fontSize=9.5, leading=14, **common),
        "small": ParagraphStyle("small", fontSize=8, leading=11, textColor=colors.Color(0.35, 0.4, 0.45), **common),
        "number": ParagraphStyle("number", fontSize=9.5, leading=14, alignment=TA_RIGHT, fontName=font),
    }


def _head(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    plan, base = issue.plan, issue.plan.period.year_before()
    period = _("Period %(since)s to %(until)s. Base: %(from)s to %(to)s, the same days of the year before.") % {
        "since": plan.since, "until": plan.until, "from": base.since, "to": base.until
    }  # fmt: skip
    told = _("%(issuer)s. Issue %(number)s, revision %(revision)d, %(day)s.") % {
        "issuer": _issuer(issue), "number": issue.number, "revision": issue.revision,
        "day": issue.published_at.date(),
    }  # fmt: skip
    head: list[Flowable] = [Paragraph(told, styles["small"]), Paragraph(_headline(issue), styles["title"]),
                            Paragraph(period, styles["text"])]  # fmt: skip
    if sentence := reading.sentence(issue):
        head += [Paragraph(_("Did it work?"), styles["part"]), Paragraph(sentence, styles["text"])]
    return head


def _figures(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = []
    for name, lines in reading.Told.to(issue, public=True).parts():
        rows: list[list[Any]] = [
            [
                Paragraph(text, styles["small"])
                for text in (_("Measure"), pgettext("of a figure", "Unit"), _("This period"), _("Base"), _("Change"))
            ]
        ]
        rows += [_row(line, styles) for line in lines]
        table = Table(rows, colWidths=[80 * mm, 18 * mm, 24 * mm, 22 * mm, 30 * mm], repeatRows=1)
        table.setStyle(GRID)
        story += [Paragraph(name, styles["part"]), table]
    return story


def _row(line: Line, styles: dict[str, ParagraphStyle]) -> list[Flowable | list[Flowable]]:
    name: list[Flowable] = [Paragraph(f"{line.name} [{line.figure.line}]", styles["text"])]
    if line.beside:
        name.append(Paragraph(line.beside, styles["small"]))
    numbers = [Paragraph(text, styles["number"]) for text in (line.value, line.base, line.change)]
    return [name, Paragraph(line.unit, styles["small"]), *numbers]


def _notes(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = [Paragraph(_("Definitions"), styles["part"])]
    for _name, lines in reading.Told.to(issue, public=True).parts():
        story += [Paragraph(f"[{one.figure.line}] {one.says} r{one.figure.revision}", styles["small"]) for one in lines]
    if issue.corrects:
        told = _("Revision %(n)d: %(note)s The issue before stays as it was.") % {
            "n": issue.revision,
            "note": issue.note,
        }
        story.append(Paragraph(told, styles["text"]))
    fixed = _("The measures were fixed on %(day)s, before the period ended; those that got worse are printed too.") % {
        "day": issue.plan.fixed_at.date()
    }
    story.append(Paragraph(fixed, styles["small"]))
    return story


def _code(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    told = _("Verification code %(number)s %(code)s. Ledger position %(position)s.") % {
        "number": issue.number, "code": issue.code, "position": f"{issue.position:,}"
    }  # fmt: skip
    return [KeepTogether([Spacer(1, 6 * mm), _Square(f"{issue.number} {issue.code}"), Paragraph(told, styles["text"])])]


class _Square(Flowable):
    """The verification code as a square."""

    def __init__(self, text: str, side: float = 22 * mm) -> None:
        super().__init__()
        self.rows, self.side = modules(text), side

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Say how much room it takes."""
        return self.side, self.side + 2 * mm

    def draw(self) -> None:
        """Draw the dark modules."""
        step = self.side / len(self.rows)
        for y, row in enumerate(self.rows):
            for x, dark in enumerate(row):
                if dark:
                    self.canv.rect(x * step, self.side - (y + 1) * step, step, step, stroke=0, fill=1)


def _numbered(issue: Issue) -> Any:
    def draw(canvas: Canvas, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{issue.number}   {canvas.getPageNumber()}")

    return draw


def _headline(issue: Issue) -> str:
    return (issue.headline_en or issue.headline) if in_english() else issue.headline


def _issuer(issue: Issue) -> str:
    return issue.issuer.name_en if in_english() else issue.issuer.name
