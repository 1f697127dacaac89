"""A list that a stage declares: tabs, filters, words, order and page stand in its address, and links keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from zlib import crc32

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
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
from anlan.core.refusals import Refused
from anlan.core.words import figure

AT_ONCE = 500  # rows of a file that are read together
NOTHING_HERE = Empty(_("Nothing here"))
NOTHING_FITS = Empty(_("Nothing fits what was looked for."))
DOWNLOADS: set[str] = set()  # kinds of entries that lists with personal content leave


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
    an entry of that kind, with how many rows it had and the digest of the file.
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
    item: Callable[[Any, Reader], SafeString] | None = None
    to: Callable[[Any], str] | None = None
    links: Sequence[Link] = ()
    crumb: Link | None = None
    caption: Words = ""
    note: Words = ""
    base: str = "core/base_work.html"
    size: int = 50
    personal: str = ""
    most: int = 0  # rows of a download; of more the page asks to be narrowed
    unsaid: Collection[str] = ()  # filters under which no total is said

    def __post_init__(self) -> None:
        """Make the entry of its download known as one with personal content."""
        if self.personal:
            DOWNLOADS.add(self.personal)

    def found(self, reader: Reader) -> Rows:
        """Return the rows that this person may see and that fit filters and words."""
        rows = self.rows(reader.actor)
        for narrowing in self.filters:
            rows = narrowing.narrowed(rows, reader)
        words = looked_for(reader)
        return self.search(rows, words) if self.search and words else rows

    def answer(
        self, request: HttpRequest, template: str = "core/pages/list.html", *, path: str = "", status: int = 200,
        **context: Any,
    ) -> HttpResponse:  # fmt: skip
        """Answer the address of a list: as a page, or as a file with all that it lists."""
        listing = Listing(self, Reader.of(request), path or request.path)
        if request.GET.get("as") == "csv":
            return self._file(request, listing)
        if request.GET.get("as") == "news":
            return JsonResponse({"marks": listing.marks})
        return render(request, template, {"listing": listing, "at": listing.reader.at} | context, status=status)

    def _file(self, request: HttpRequest, listing: Listing) -> HttpResponse:
        try:
            return listing.file()
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(listing.here)

    def view(self, access: Callable[[Any], Any]) -> Any:
        """Return the view of an address that shows this list and nothing else, open to whom `access` lets in."""
        return access(never_cache(require_safe(self.answer)))


class Listing:
    """A list as one person's address asks for it."""

    def __init__(self, page: ListPage, reader: Reader, path: str = "", chosen: str = "") -> None:
        self.page, self.reader, self.path, self.chosen = page, reader, path, chosen
        names = {tab.name: tab for tab in page.tabs}
        usual = page.first(reader) if page.first else next(iter(names), "")
        self.tab = names.get(reader.asked.get(page.tab, ""), names.get(usual))
        self.part = part = self.tab.page if self.tab and self.tab.page else page
        self.columns = [column for column in part.columns if not column.when or column.when(reader)]
        sorts = {sort for column in self.columns if column.sort for sort in (column.sort, f"-{column.sort}")}
        self.order = order if (order := reader.asked.get("order", "")) in sorts else ""
        parts = [page, *(tab.page for tab in page.tabs if tab.page)]
        self.words = looked_for(reader) if any(known.search for known in parts) else ""
        own = {page.tab: self.tab.name} if self.tab else {}
        filters = {known.name: reader.asked.get(known.name, "") for each in parts for known in each.filters}
        self.asked = own | filters | {"q": self.words, "order": self.order}  # what nobody knows is left out
        self.finds, seen = part.search is not None, {"q", *(known.name for known in part.filters)}
        self.kept = [(name, value) for name, value in self.asked.items() if value and name not in seen]
        self.narrowed = any(value for name, value in self.asked.items() if name in seen)
        self.empty = NOTHING_FITS if self.narrowed else part.empty(reader) if callable(part.empty) else part.empty
        self.way_out, self.query = address(own, path), address(self.asked).lstrip("?")
        self.way_on = self.empty.link.href(reader) if self.empty.link and self.empty.link.leads(reader) else ""
        self.crumb = page.crumb.href(reader) if page.crumb else ""
        self.links = [(link, link.href(reader)) for link in page.links if link.leads(reader)]

    def link(self, path: str | None = None, **changes: Any) -> str:
        """Return the address of this list with some words changed, from its first page on."""
        return address(self.asked | changes, self.path if path is None else path)

    @cached_property
    def csv(self) -> str:
        """The address of the list as a file; none where nothing of it has a value, or it is too long for one."""
        if not any(column.value for column in self.columns) or self.is_too_long:
            return ""
        return self.link(**{"as": "csv"})

    @cached_property
    def is_too_long(self) -> bool:
        """Whether a download would have more rows than the list allows."""
        return bool(self.part.most) and self.paged.paginator.count > self.part.most

    @cached_property
    def rows(self) -> Rows:
        """Every row that is listed, in order."""
        rows = self.part.found(self.reader).filter(self.tab.asks(self.reader) if self.tab else Q())
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
    def news(self) -> str:
        """The address that says how the rows of this page stand now; none where a reading of them is an entry."""
        marked = any(column.value for column in self.columns) and not self.part.personal
        return self.link(**{"as": "news", "page": str(self.paged.number)}) if marked else ""

    @property
    def marks(self) -> list[str]:
        """A short mark of each row as its columns tell it: an open page sees by them what changed."""
        values = [column.value for column in self.columns if column.value] if not self.part.personal else []
        return [f"{crc32(str([str(value(row)) for value in values]).encode()):08x}" for row in self.shown]

    @property
    def span(self) -> str:
        """Which rows the page shows, of how many."""
        page = self.paged
        here = f"{figure(page.start_index())}–{figure(page.end_index())}"
        is_unsaid = any(self.asked.get(name) for name in self.part.unsaid)
        return here if is_unsaid else f"{here} / {figure(page.paginator.count)}"

    @property
    def here(self) -> str:
        """The address of this page of the list."""
        return self.link(page=self.paged.number if self.paged.number > 1 else "")

    @property
    def items(self) -> list[tuple[SafeString, str, bool]]:
        """Each line, drawn, with the address of its record beside the same list, and whether it is chosen."""
        assert self.part.item is not None
        to, draw, number = self.part.to or str, self.part.item, self.paged.number
        records = zip(self.paged.object_list, self.shown, strict=True)
        return [(draw(row, self.reader), self.link(to(record), page=number if number > 1 else ""),
                 str(record) == self.chosen) for record, row in records]  # fmt: skip

    @property
    def table(self) -> Table:
        """The page as headings and cells."""
        return tabulated(self.columns, self.shown, self.order, lambda order: self.link(order=order))

    @cached_property
    def tabs(self) -> list[tuple[Tab, str, int | None]]:
        """Each tab with its address, which keeps the rest, and how many rows it has."""
        counts = self._counts() if self.page.counted else {}
        links = ((tab, self.link(**{self.page.tab: tab.name, "order": ""})) for tab in self.page.tabs)
        return [(tab, href, counts.get(tab.name)) for tab, href in links]

    def _counts(self) -> Mapping[str, int]:
        of = {f"n{n}": tab for n, tab in enumerate(self.page.tabs)}  # no name of an annotation
        parts = {name: Count("pk", filter=tab.asks(self.reader)) for name, tab in of.items() if not tab.page}
        counts = self.page.found(self.reader).order_by().aggregate(**parts) if parts else {}
        whole = {name: tab.page.found(self.reader).count() for name, tab in of.items() if tab.page}
        return {of[name].name: n for name, n in (counts | whole).items()}

    @property
    def filters(self) -> list[tuple[Filter, list[tuple[str, Any]], str]]:
        """Each filter with its choices and the one chosen, even where it is none of them."""
        chosen = [(known, self.asked[known.name], known.offered(self.reader)) for known in self.part.filters]
        return [(known, choices if value in {"", *dict(choices)} else [*choices, (value, value)], value)
                for known, value, choices in chosen]  # fmt: skip

    def file(self) -> HttpResponse:
        """Return all that is listed as a CSV file; of what is personal the download is an entry."""
        if self.is_too_long:
            raise Refused("download_too_long", most=self.part.most)
        records = self.rows.iterator(AT_ONCE)
        batches = iter(lambda: list(islice(records, AT_ONCE)), [])
        rows = [row for batch in batches for row in self.part.shape(batch, self.reader)]
        body = as_csv(self.columns, rows)
        if self.part.personal:
            asked = {name: value for name, value in self.asked.items() if value and name != "q"}  # words may be names
            payload = asked | {"rows": len(rows), "sha256": hashlib.sha256(body).hexdigest()}
            perform(lambda: ledger.append(self.part.personal, actor=self.reader.actor, at=self.reader.at,
                                          subject=f"list:{self.path}", payload=payload))  # fmt: skip
        name = slugify(f"{self.path} {self.tab.name if self.tab else ''} {self.reader.today}".replace("/", " "))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)


def looked_for(reader: Reader) -> str:
    """Return the words that the address asks for."""
    return reader.asked.get("q", "").strip()[:80]
