"""A paper as plain data: what it says, in which parts; how it looks is the sheet's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext as _

from anlan.core.city.current import city
from anlan.core.words import in_chinese

Cell = str | tuple[str, str]  # words, or words with small print below them


@dataclass(frozen=True)
class Words:
    """A paragraph, small print, a numbered note, the heading of what follows, or the name of room for the pen.

    Rooms share what is left of their page.
    """

    words: str
    kind: Literal["text", "small", "note", "heading", "room"] = "text"


@dataclass(frozen=True)
class Pairs:
    """Names and what they are, one a line."""

    pairs: Sequence[tuple[str, str]]
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its share of the page's width, and what stands in it."""

    name: str
    share: float
    kind: Literal["words", "small", "number", "value"] = "words"  # a value is the number that the row is about


@dataclass(frozen=True)
class Table:
    """A table; its names are repeated on every page, and no row is broken."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Code:
    """A code to type, and as a square that a phone reads."""

    words: str
    square: str  # SVG
    kind: Literal["code"] = "code"


@dataclass(frozen=True)
class Drawing:
    """Pictures beside each other, each with what it shows in words; their signs are set in the paper's own font."""

    pictures: Sequence[tuple[str, str]]  # SVG, and the words
    high_mm: float
    kind: Literal["drawing"] = "drawing"


@dataclass(frozen=True)
class Blanks:
    """What is filled in by pen: lines of names side by side, each with room of so many millimetres."""

    rows: Sequence[tuple[float, Sequence[str]]]
    kind: Literal["blanks"] = "blanks"


@dataclass(frozen=True)
class Whole:
    """Parts that stay together on one page."""

    parts: Sequence[Part]
    kind: Literal["whole"] = "whole"


Part = Words | Pairs | Table | Code | Drawing | Blanks | Whole


@dataclass(frozen=True)
class Paper:
    """A whole paper in the language that is active; `at` is its own moment, so that it is printed the same for ever."""

    title: str
    number: str
    author: str
    imprint: str
    at: dt.datetime
    parts: Sequence[Part]
    chinese: bool = field(default_factory=in_chinese)


@dataclass(frozen=True)
class Bound:
    """Several papers as one file: each begins on a page of its own and counts its own pages."""

    title: str
    number: str
    author: str
    at: dt.datetime
    papers: Sequence[Paper]
    chinese: bool = field(default_factory=in_chinese)


def invented() -> list[Part]:
    """Say that a city is simulated, where it is: a paper goes further than the page that said so."""
    here = city()
    return [Words(_("A simulated city: every report here is invented."))] if here and here.synthetic else []
