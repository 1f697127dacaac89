"""An issue as a PDF on A4: text that can be selected, definitions, revision note and verification code."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib import colors, textsplit
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from anlan.bulletin import queries
from anlan.bulletin.models import Issue
from anlan.bulletin.print.qr import modules
from anlan.bulletin.words import MINUS, Line, in_english
from anlan.core.city.areas import local_day
from anlan.core.city.current import city

# What stands at no line's beginning: ReportLab knows Japanese signs only.
textsplit.ALL_CANNOT_START += "，；：！？％"  # type: ignore[misc]
CHINESE = "STSong-Light"  # every reader has it: nothing is embedded, and text stays text
ACCENT, SOFT, LINE = colors.HexColor("#0b5675"), colors.Color(0.35, 0.4, 0.45), colors.Color(0.7, 0.74, 0.78)
MARGIN, INSET = 18 * mm, 6  # a frame insets its text by so many points, and a table not
WIDE, COLUMNS = A4[0] - 2 * MARGIN, [77 * mm, 22 * mm, 24 * mm, 24 * mm]
GRID = TableStyle([
    ("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT), ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0), ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
])  # fmt: skip


def written(issue: Issue) -> bytes:
    """Return the PDF of an issue in the page's language, as the public reads it."""
    told = io.BytesIO()
    document = SimpleDocTemplate(told, pagesize=A4, leftMargin=MARGIN - INSET, rightMargin=MARGIN - INSET,
                                 topMargin=16 * mm, bottomMargin=18 * mm, title=_headline(issue),
                                 author=_issuer(issue))  # fmt: skip
    styles, read = _styles(), queries.Told.to(issue, public=True)
    parts = read.parts()
    story = [*_head(issue, styles), *_figures(parts, styles), *_districts(read, styles),
             *_notes(issue, parts, styles), *_code(issue, styles)]  # fmt: skip
    document.build(story, canvasmaker=partial(_Numbered, issue.number))
    return told.getvalue()


def _text(told: str, style: ParagraphStyle) -> Paragraph:
    """Set text as text: a paragraph would read its signs as markup."""
    if style.fontName == CHINESE:
        told = told.replace(MINUS, "-")  # a sign that this font lacks, and a fall must not be printed as a rise
    return Paragraph(escape(told), style)


def _styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    font, bold = ("Helvetica", "Helvetica-Bold") if in_english() else (CHINESE, CHINESE)
    wrap = None if in_english() else "CJK"
    common: dict[str, Any] = {"fontName": font, "wordWrap": wrap}
    strong: dict[str, Any] = {"fontName": bold, "wordWrap": wrap, "textColor": ACCENT}
    number: dict[str, Any] = {"fontSize": 9.5, "leading": 14, "alignment": TA_RIGHT, "wordWrap": wrap}
    return {
        "title": ParagraphStyle("title", fontSize=18, leading=24, spaceAfter=6, **strong),
        "part": ParagraphStyle("part", fontSize=12, leading=16, spaceBefore=12, spaceAfter=4, **strong),
        "text": ParagraphStyle("text", fontSize=9.5, leading=14, **common),
        "small": ParagraphStyle("small", fontSize=8, leading=11, textColor=SOFT, **common),
        "head": ParagraphStyle("head", fontSize=8, leading=11, textColor=SOFT, alignment=TA_RIGHT, fontName=font),
        "value": ParagraphStyle("value", fontName=bold, **number),
        "number": ParagraphStyle("number", fontName=font, **number),
    }


def _head(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    plan, base = issue.plan, issue.plan.period.year_before()
    period = _("Period %(since)s to %(until)s. Base: %(from)s to %(to)s, the same days of the year before.") % {
        "since": plan.since, "until": plan.until, "from": base.since, "to": base.until
    }  # fmt: skip
    basis = _("City-wide figures are not touched by districts that merged or moved; what is counted by place is counted"
              " with the boundaries in force at the end of the period in both years.")  # fmt: skip
    told = _("%(issuer)s. Issue %(number)s, revision %(revision)d, %(day)s.") % {
        "issuer": _issuer(issue), "number": issue.number, "revision": issue.revision,
        "day": local_day(issue.published_at),
    }  # fmt: skip
    head: list[Flowable] = [HRFlowable("100%", 3, color=ACCENT, spaceAfter=4), _text(told, styles["small"]),
                            _text(_headline(issue), styles["title"]), _text(period, styles["text"]),
                            _text(basis, styles["small"])]  # fmt: skip
    if later := getattr(issue, "corrected_by", None):
        corrected = _("A later issue corrects this one: %(number)s.") % {"number": later.number}
        head.append(_text(corrected, styles["text"]))
    if (here := city()) and here.synthetic:
        head.append(_text(_("A simulated city: every report here is invented."), styles["text"]))
    if sentence := queries.sentence(issue):
        head += [_text(_("Did it work?"), styles["part"]), _text(sentence, styles["text"])]
    return head


def _figures(parts: list[tuple[str, list[Line]]], styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = []
    for name, lines in parts:
        heads = (_("Measure"), pgettext("of a figure", "Unit"), _("This period"), _("Base"), _("Change"))
        rows = [_heads(heads, styles), *(_row(line, styles) for line in lines)]
        table = Table(rows, colWidths=[*COLUMNS, WIDE - sum(COLUMNS)], repeatRows=1)
        table.setStyle(GRID)
        story += [CondPageBreak(45 * mm), _text(name, styles["part"]), table]
    missing = _(
        "“—” means that there is no figure; it is not zero. A figure of fewer than five about people’s matters, and"
        " what would give it away, is not shown to the public."
    )
    return [*story, Spacer(1, 2 * mm), _text(missing, styles["small"])]


def _districts(read: queries.Told, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = []
    for name, unit, rows in read.districts():
        heads = (_("District"), pgettext("of a figure", "Unit"), _("This period"), _("Base"))
        body = [[_text(one.name, styles["text"]), _text(unit, styles["small"]), _text(one.value, styles["value"]),
                 _text(one.base, styles["number"])] for one in rows]  # fmt: skip
        table = Table([_heads(heads, styles), *body], colWidths=COLUMNS, repeatRows=1, hAlign="LEFT")
        table.setStyle(GRID)
        story.append(KeepTogether([_text(_("%(name)s by district") % {"name": name}, styles["part"]), table]))
    return story


def _heads(names: Sequence[str], styles: dict[str, ParagraphStyle]) -> list[Any]:
    """Return a table's head: words left, numbers right as their columns are."""
    return [_text(name, styles["small" if n == 0 or name == pgettext("of a figure", "Unit") else "head"])
            for n, name in enumerate(names)]  # fmt: skip


def _row(line: Line, styles: dict[str, ParagraphStyle]) -> list[Flowable | list[Flowable]]:
    name: list[Flowable] = [_text(f"{line.name} [{line.note}]", styles["text"])]
    if line.beside:
        name.append(_text(line.beside, styles["small"]))
    numbers = [_text(text, styles["number"]) for text in (line.base, line.change)]
    return [name, _text(line.unit, styles["small"]), _text(line.value, styles["value"]), *numbers]


def _notes(issue: Issue, parts: list[tuple[str, list[Line]]], styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    story: list[Flowable] = [_text(_("Definitions"), styles["part"])]
    lines = [one for _name, some in parts for one in some]
    story += [_text(f"[{one.note}] {one.says} r{one.figure.revision}", styles["small"]) for one in lines]
    if issue.corrects:
        told = _("Revision %(n)d: %(note)s The issue before stays as it was.") % {
            "n": issue.revision,
            "note": issue.note,
        }
        story.append(_text(told, styles["text"]))
    fixed = _("The measures were fixed on %(day)s, before the period ended; those that got worse are printed too.") % {
        "day": local_day(issue.plan.fixed_at)
    }
    story.append(_text(fixed, styles["small"]))
    return story


def _code(issue: Issue, styles: dict[str, ParagraphStyle]) -> list[Flowable]:
    told = _("Verification code %(number)s %(code)s. Ledger position %(position)s.") % {
        "number": issue.number, "code": issue.code, "position": f"{issue.position:,}"
    }  # fmt: skip
    return [KeepTogether([Spacer(1, 6 * mm), _Square(f"{issue.number} {issue.code}"), _text(told, styles["text"])])]


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


class _Numbered(Canvas):
    """Pages that know how many there are: each is kept until the last one is set."""

    def __init__(self, number: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._number, self._kept = number, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802  (ReportLab's name)
        """Keep a page that is set."""
        self._kept.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        """Write all pages, each with its number."""
        for page, kept in enumerate(self._kept, 1):
            self.__dict__.update(kept)
            self.setFont("Helvetica", 8)
            self.drawRightString(A4[0] - MARGIN, 10 * mm, f"{self._number}   {page} / {len(self._kept)}")
            super().showPage()
        super().save()


def _headline(issue: Issue) -> str:
    return (issue.headline_en or issue.headline) if in_english() else issue.headline


def _issuer(issue: Issue) -> str:
    return issue.issuer.name_en if in_english() else issue.issuer.name
