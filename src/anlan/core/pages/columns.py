"""What a stage declares of its lists: columns, filters, links, and what an empty list says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.cells import on_page, with_lines
from anlan.core.pages.forms import Choices
from anlan.core.pages.reader import Reader
from anlan.core.web.addresses import href

NONE = SafeString("")
Words = str | Promise
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Column:
    """One column: its value goes to the page and to the file; one without a value is only drawn."""

    label: Words
    value: Callable[[Any], Any] | None = None
    css: str = ""
    head: bool = False  # names the line
    link: str | Callable[[Any], str] = ""  # the name of the record's address, or what makes its address
    under: Callable[[Any], Any] | None = None  # a second line, small, on the page only
    draw: Callable[[Any], SafeString] | None = None  # in place of the value
    sort: str = ""  # the field by which the list is ordered on a press of the heading
    heading: Callable[[Sequence[Any]], SafeString] | None = None  # drawn above the lines in place of the label
    when: Callable[[Reader], bool] | None = None
    on_page: bool = True  # else in the file alone: a part of what another column draws

    def cell(self, row: Any) -> SafeString:
        """Write what a page shows of one line."""
        shown = self.draw(row) if self.draw else on_page(self.value(row) if self.value else "")
        if self.link:
            to = href(self.link, str(row)) if isinstance(self.link, str) else self.link(row)
            shown = format_html('<a href="{}">{}</a>', to, shown)
        return with_lines(shown, self.under(row)) if self.under else shown


@dataclass(frozen=True)
class Filter:
    """A choice that narrows a list, by a field or by what `narrow` makes of it; what is no choice fits nothing.

    With an input's type in `typed` it is typed, and `narrow` alone says what fits.
    """

    name: str
    label: Words
    every: Words
    choices: Callable[[Reader], Choices] = lambda reader: []
    field: str = ""
    narrow: Callable[[Rows, str, Reader], Rows] | None = None
    typed: str = ""

    def offered(self, reader: Reader) -> list[tuple[str, Any]]:
        """Return its choices."""
        return [(str(value), word) for value, word in reader.once(self.choices)]

    def narrowed(self, rows: Rows, reader: Reader) -> Rows:
        """Return the rows that fit what the address asks for."""
        asked = reader.asked.get(self.name, "")
        if not asked:
            return rows
        if not self.typed and asked not in dict(self.offered(reader)):
            return rows.none()
        return self.narrow(rows, asked, reader) if self.narrow else rows.filter(**{self.field: asked})


@dataclass(frozen=True)
class Link:
    """A way from a list to another page, with its key, for those who may go there."""

    label: Words
    to: str | Callable[[Reader], str]  # an address's name, or the address
    key: str = ""
    roles: Collection[str] = ()
    primary: bool = False

    def href(self, reader: Reader) -> str:
        """Return where it leads."""
        return reverse(self.to) if isinstance(self.to, str) else self.to(reader)

    def leads(self, reader: Reader) -> bool:
        """Whether this person may go there."""
        return not self.roles or reader.holds(self.roles)


@dataclass(frozen=True)
class Empty:
    """What an empty list says, and what to do next."""

    words: Words
    title: Words = ""
    link: Link | None = None
    waves: str = ""


def picked(
    name: str, value: Callable[[Any], str], chosen: Collection[str], when: Callable[[Any], bool] = lambda row: True
) -> Column:
    """Return a column in which lines are chosen; the name of a line is the label of its box."""

    def box(row: Any) -> SafeString:
        checked = mark_safe(" checked") if value(row) in chosen else ""
        parts = (name, name, value(row), value(row), checked)
        return format_html('<input type="checkbox" name="{}" id="{}-{}" value="{}"{}>', *parts) if when(row) else NONE

    return Column(
        "", css="pick", draw=box, heading=lambda rows: format_html('<span class="hidden">{}</span>', _("Choose"))
    )


def labelled(name: str, value: Callable[[Any], str], label: Words, draw: Callable[[Any], Any]) -> Column:
    """Return the column that names a line whose box is to be ticked."""
    return Column(label, head=True, draw=lambda row: format_html(
        '<label for="{}-{}">{}</label>', name, value(row), draw(row)))  # fmt: skip


def containing(*fields: str) -> Callable[[Rows, str], Rows]:
    """Return a search for words that stand in one of some fields."""
    return lambda rows, words: rows.filter(reduce(or_, (Q(**{f"{field}__icontains": words}) for field in fields)))
