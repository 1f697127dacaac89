"""A list that a stage declares: tabs, filters, words, order and page stand in its address, and links keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core import ledger
from anlan.core.ledger.writes import perform
from anlan.core.pages.columns import Column, Empty, Filter, Link, Rows, Words
from anlan.core.pages.reader import Reader, address
from anlan.core.pages.tables import Table, as_csv, tabulated
from anlan.core.people.actors import Actor
from anlan.core.words import figure

AT_ONCE = 500  # rows of a file that are read together
NOTHING_HERE = Empty(_("Nothing here"))
NOTHING_FITS = Empty(_("Nothing fits what was looked for."))


@dataclass(frozen=True)
class Tab:
    """A part of a list: what it asks for, in an order of its own, or a whole list of its own."""

    name: str
    label: Words
    where: Q | Callable[[Reader], Q] | None = None
    page: ListPage | None = None
    order: Sequence[str] = ()

    def asks(self, reader: Reader) -> Q:
        """Return what its rows fit."""
        return self.where(reader) if callable(self.where) else self.where or Q()


@dataclass(frozen=True)
class ListPage:
    """One list: whose rows, in which columns, narrowed by what; its words in the address are those of its parts.

    `rows` returns what the reader may see. `shape` makes of the records of one page what the columns read.
    `item` draws a line where the list stands beside its record, `to` leads there. With `personal` a download is
    an entry of that kind.
    """

    title: Words
    rows: Callable[[Actor], Rows]
    columns: Sequence[Column] = ()
    empty: Empty | Callable[[Reader], Empty] = NOTHING_HERE
    tabs: Sequence[Tab] = ()
    tab: str = "tab"
    first: Callable[[Reader], str] | None = None  # the tab of an address that names none
    counted: bool = True
    filters: Sequence[Filter] = ()
    search: Callable[[Rows, str], Rows] | None = None
    hint: Words = ""
    shape: Callable[[Sequence[Any], Reader], Iterable[Any]] = lambda records, reader: records
    item: str = ""
    to: Callable[[Any], str] | None = None
    links: Sequence[Link] = ()
    crumb: Link | None = None
    caption: Words = ""
    note: Words = ""
    base: str = "core/base_work.html"
    size: int = 50
    personal: str = ""

    def found(self, reader: Reader) -> Rows:
        """Return the rows that this person may see and that fit filters and words."""
        rows = self.rows(reader.actor)
        for narrowing in self.filters:
            rows = narrowing.narrowed(rows, reader)
        words = reader.asked.get("q", "").strip()[:80]
        return self.search(rows, words) if self.search and words else rows

    def answer(
        self, request: HttpRequest, template: str = "core/pages/list.html", *, path: str = "", status: int = 200,
        **context: Any,
    ) -> HttpResponse:  # fmt: skip
        """Answer the address of a list: as a page, or as a file with all that it lists."""
        listing = Listing(self, Reader.of(request), path or request.path)
        if request.GET.get("as") == "csv":
            return listing.file()
        return render(request, template, {"listing": listing, "at": listing.reader.at} | context, status=status)

    def view(self, access: Callable[[Any], Any]) -> Any:
        """Return the view of an address that shows this list and nothing else, open to whom `access` lets in."""
        return access(never_cache(require_safe(self.answer)))


class Listing:
    """A list as one person's address asks for it."""

    def __init__(self, page: ListPage, reader: Reader, path: str = "") -> None:
        self.page, self.reader, self.path, self.chosen = page, reader, path, ""
        names = {tab.name: tab for tab in page.tabs}
        usual = page.first(reader) if page.first else next(iter(names), "")
        self.tab = names.get(reader.asked.get(page.tab, ""), names.get(usual))
        self.part = self.tab.page if self.tab and self.tab.page else page
        sorts = {sort for column in self.part.columns if column.sort for sort in (column.sort, f"-{column.sort}")}
        self.order = reader.asked.get("order", "") if reader.asked.get("order") in sorts else ""
        self.words = reader.asked.get("q", "").strip()[:80]

    @cached_property
    def asked(self) -> dict[str, str]:
        """What the address asks for, page apart; what nobody knows is left out."""
        parts = [self.page, *(tab.page for tab in self.page.tabs if tab.page)]
        filters = {known.name: self.reader.asked.get(known.name, "") for part in parts for known in part.filters}
        words = {"q": self.words} if any(part.search for part in parts) else {}
        return ({self.page.tab: self.tab.name} if self.tab else {}) | filters | words | {"order": self.order}

    def link(self, path: str | None = None, **changes: Any) -> str:
        """Return the address of this list with some words changed, from its first page on."""
        return address(self.asked | changes, self.path if path is None else path)

    @cached_property
    def rows(self) -> Rows:
        """Every row that is listed, in order."""
        rows = self.part.found(self.reader)
        if self.tab:
            rows = rows.filter(self.tab.asks(self.reader))
        if self.order:
            field = F(self.order.lstrip("-"))
            last = field.desc(nulls_last=True) if self.order.startswith("-") else field.asc(nulls_last=True)
            return rows.order_by(last, "pk")
        return rows.order_by(*self.tab.order) if self.tab and self.tab.order else rows

    @cached_property
    def paged(self) -> Any:
        """The page that the address asks for; the last one where there are not so many."""
        return Paginator(self.rows, self.part.size).get_page(self.reader.asked.get("page"))

    @cached_property
    def shown(self) -> list[Any]:
        """The page's records as the columns read them."""
        return list(self.part.shape(list(self.paged.object_list), self.reader))

    @property
    def items(self) -> list[tuple[Any, str, bool]]:
        """Each line with the address of its record, which keeps the list beside it, and whether it is chosen."""
        to = self.part.to or str
        records = zip(self.paged.object_list, self.shown, strict=True)
        return [(row, f"{self.link(to(record))}{self.turned}", str(record) == self.chosen) for record, row in records]

    @property
    def turned(self) -> str:
        """What links to a record, and back, add for the page of the list."""
        return f"&page={self.paged.number}" if self.paged.number > 1 else ""

    @property
    def table(self) -> Table:
        """The page as headings and cells."""
        return tabulated(self.columns, self.shown, self.order, lambda order: self.link(order=order))

    @property
    def columns(self) -> list[Column]:
        """The columns that this person reads."""
        return [column for column in self.part.columns if not column.when or column.when(self.reader)]

    @cached_property
    def tabs(self) -> list[tuple[Tab, str, int | None]]:
        """Each tab with its address, which keeps the rest, and how many rows it has."""
        counts = self._counts() if self.page.counted else {}
        links = ((tab, self.link(**{self.page.tab: tab.name, "order": ""})) for tab in self.page.tabs)
        return [(tab, href, counts.get(tab.name)) for tab, href in links]

    def _counts(self) -> Mapping[str, int]:
        parts = {tab.name: Count("pk", filter=tab.asks(self.reader)) for tab in self.page.tabs if tab.where}
        counts = self.page.found(self.reader).order_by().aggregate(**parts) if parts else {}
        return counts | {tab.name: (tab.page or self.page).found(self.reader).count()
                         for tab in self.page.tabs if not tab.where}  # fmt: skip

    @property
    def filters(self) -> list[tuple[Filter, list[tuple[Any, Any]], str]]:
        """Each filter with its choices and the one chosen, even where it is none of them."""
        found = []
        for known in self.part.filters:
            chosen, choices = (
                self.asked[known.name],
                [(str(value), word) for value, word in self.reader.once(known.choices)],
            )
            found.append((known, choices + ([(chosen, chosen)] if chosen not in {"", *dict(choices)} else []), chosen))
        return found

    @property
    def finds(self) -> bool:
        """Whether words can be looked for."""
        return self.part.search is not None

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of filters and words carries along unseen."""
        seen = {"q"} | {known.name for known in self.part.filters}
        return [(name, value) for name, value in self.asked.items() if value and name not in seen]

    @property
    def narrowed(self) -> bool:
        """Whether filters or words leave something out."""
        return bool(self.words or any(chosen for _filter, _choices, chosen in self.filters))

    @property
    def empty(self) -> Empty:
        """What is said where nothing is listed."""
        if self.narrowed:
            return NOTHING_FITS
        return self.part.empty if isinstance(self.part.empty, Empty) else self.part.empty(self.reader)

    @property
    def way_out(self) -> str:
        """The address of the list without filters and words."""
        return address({self.page.tab: self.tab.name} if self.tab else {}, self.path)

    @property
    def way_on(self) -> str:
        """The address where what is missing comes from, for those who may go there."""
        link = self.empty.link
        return link.href(self.reader) if link and link.leads(self.reader) else ""

    @property
    def crumb(self) -> str:
        """The address of the page above."""
        return self.page.crumb.href(self.reader) if self.page.crumb else ""

    @property
    def query(self) -> str:
        """What the address asks for, page apart."""
        return address(self.asked).lstrip("?")

    @property
    def csv(self) -> str:
        """The address of the file; nothing where no column has a value."""
        return self.link(**{"as": "csv"}) if any(column.value for column in self.columns) else ""

    @property
    def span(self) -> str:
        """Which rows the page shows, of how many."""
        page = self.paged
        return f"{figure(page.start_index())}–{figure(page.end_index())} / {figure(page.paginator.count)}"

    @property
    def links(self) -> list[tuple[Link, str]]:
        """The ways to other pages that this person may go."""
        return [(link, link.href(self.reader)) for link in self.page.links if link.leads(self.reader)]

    def file(self) -> HttpResponse:
        """Return all that is listed as a CSV file; of what is personal the download is an entry."""
        records = self.rows.iterator(AT_ONCE)
        batches = iter(lambda: list(islice(records, AT_ONCE)), [])
        body = as_csv(self.columns, (row for batch in batches for row in self.part.shape(batch, self.reader)))
        if self.page.personal:
            asked = {
                name: value for name, value in self.asked.items() if value and name != "q"
            }  # words may name people
            perform(lambda: ledger.append(self.page.personal, actor=self.reader.actor, at=self.reader.at,
                                          subject=f"list:{self.path}", payload=asked))  # fmt: skip
        name = slugify(f"{self.path} {self.tab.name if self.tab else ''} {self.reader.today}".replace("/", " "))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
