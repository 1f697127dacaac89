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
    """A paragraph, small print, a numbered note, or the heading of what follows."""

    words: str
    kind: Literal["text", "small", "note", "heading"] = "text"


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
class Whole:
    """Parts that stay together on one page."""

    parts: Sequence[Part]
    kind: Literal["whole"] = "whole"


Part = Words | Pairs | Table | Code | Whole


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


def invented() -> list[Part]:
    """Say that a city is simulated, where it is: a paper goes further than the page that said so."""
    here = city()
    return [Words(_("A simulated city: every report here is invented."))] if here and here.synthetic else []
