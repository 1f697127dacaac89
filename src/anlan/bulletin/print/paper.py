"""How an issue is set on A4: fonts, styles, tables, the square of its code, and numbered pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import pgettext
from reportlab.lib import colors, textsplit
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle

from anlan.bulletin.print.qr import modules
from anlan.bulletin.words import MINUS
from anlan.core.words import in_chinese

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


def text(words: str, style: ParagraphStyle) -> Paragraph:
    """Set text as text: a paragraph would read its signs as markup."""
    if style.fontName == CHINESE:
        words = words.replace(MINUS, "-")  # a sign that this font lacks, and a fall must not be printed as a rise
    return Paragraph(escape(words), style)


def styles_in_use() -> dict[str, ParagraphStyle]:
    """Return the styles of the page, in its language's fonts."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    font, bold = (CHINESE, CHINESE) if in_chinese() else ("Helvetica", "Helvetica-Bold")
    wrap = "CJK" if in_chinese() else None
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


def heads(names: Sequence[str], styles: dict[str, ParagraphStyle]) -> list[Any]:
    """Return a table's head: words left, numbers right as their columns are."""
    return [text(name, styles["small" if n == 0 or name == pgettext("of a figure", "Unit") else "head"])
            for n, name in enumerate(names)]  # fmt: skip


def table(rows: Sequence[list[Any]], widths: Sequence[float], **options: Any) -> Table:
    """Return a table whose head is repeated on every page."""
    found = Table(rows, colWidths=widths, repeatRows=1, **options)
    found.setStyle(GRID)
    return found


class Square(Flowable):
    """The verification code as a square."""

    def __init__(self, code: str, side: float = 22 * mm) -> None:
        super().__init__()
        self.rows, self.side = modules(code), side

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


class Numbered(Canvas):
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
