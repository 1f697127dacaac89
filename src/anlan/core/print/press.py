"""Setting a paper: typst, with our fonts and nothing else of this machine, and no network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

from anlan.core.print.fonts import FILES, folder, printable
from anlan.core.print.paper import Bound, Paper, Part, Table, Whole
from anlan.core.refusals import Refused

SHEETS: Final = Path(__file__).parent / "sheets"
MOST_ROWS: Final = 1000  # about a second and 150 MB; what is longer is a table for a spreadsheet
MOST_PAPERS: Final = 200  # bound as one file
WHOLE: Final = ("title", "author", "at", "fonts", "chinese", "papers")  # what the sheet is told
STANDARDS: Final = ("a-2a", "ua-1")  # kept for long, and read aloud: ISO 19005-2 level A, ISO 14289-1


def pdf(paper: Paper | Bound) -> bytes:
    """Return a paper as a PDF: tagged, its fonts within, the same bytes for the same paper."""
    return bytes(
        _compiler(paper).compile(format="pdf", pdf_standards=list(STANDARDS), timestamp=int(paper.at.timestamp()))
    )


def pictures(paper: Paper | Bound, ppi: float = 110) -> list[bytes]:
    """Return a paper's pages as PNG, to look at them."""
    pages = _compiler(paper).compile(format="png", ppi=ppi, timestamp=int(paper.at.timestamp()))
    return [pages] if isinstance(pages, bytes) else pages


def refuse_many(papers: int) -> None:
    """Refuse more papers than one file holds; whoever draws for each of them asks before."""
    if papers > MOST_PAPERS:
        raise Refused("papers_too_many", most=MOST_PAPERS)


def _compiler(paper: Paper | Bound) -> Any:
    bound = paper.papers if isinstance(paper, Bound) else [paper]
    refuse_many(len(bound))
    if sum(_rows(each.parts) for each in bound) > MOST_ROWS:
        raise Refused("paper_too_long", most=MOST_ROWS)
    typst, fonts = _typst()
    inputs = {"paper": json.dumps(_plain(paper), ensure_ascii=False)}
    return typst.Compiler(
        SHEETS / "a4.typ", root=SHEETS, font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs,
        package_path=SHEETS, package_cache_path=SHEETS,
    )  # fmt: skip


def _rows(parts: Sequence[Part]) -> int:
    tables = (len(part.rows) if isinstance(part, Table) else _rows(part.parts) for part in parts
              if isinstance(part, Table | Whole))  # fmt: skip
    return sum(tables)


@cache
def _typst() -> tuple[Any, Any]:
    """Load typst when the first paper is printed: most processes print none."""
    try:
        import typst
    except ImportError:
        raise Refused("print_fonts_missing") from None
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder()])
    return typst, fonts


def _plain(paper: Paper | Bound) -> dict[str, Any]:
    plain = asdict(paper)
    plain["papers"] = [_sheet(each) for each in plain.get("papers", [plain])]
    plain |= {"at": list(paper.at.utctimetuple()[:6]), "fonts": list(FILES)}
    found: dict[str, Any] = _named({name: plain[name] for name in WHOLE})
    return found


def _sheet(plain: dict[str, Any]) -> dict[str, Any]:
    """Return what one paper says on its pages; a file has one language and one moment."""
    return {name: plain[name] for name in ("title", "number", "imprint", "parts")}


def _named(value: Any) -> Any:
    """Name what the fonts lack in every text of a paper."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _named(part) for name, part in value.items()}
    return [_named(part) for part in value] if isinstance(value, list | tuple) else value
