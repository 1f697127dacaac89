"""What of the city stands in its folder's tables, and what is open at each: lists to read, changed in the folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core.models import ClockRun, Membership, Organisation
from anlan.core.operator.views.frame import framed
from anlan.core.pages import Column, ListPage, Reader, Tab, Typed, containing
from anlan.core.pages.columns import Words
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.access import roles
from anlan.core.words import area_label

IN_FOLDER: Final = _(
    "These lines are changed in the city folder and loaded from its page; a closed one stays for its records."
)
IN_USE: Final = (
    Tab("in", pgettext_lazy("lines of the city folder", "In use"), Q(active=True)),
    Tab("closed", pgettext_lazy("lines of the city folder", "Closed"), Q(active=False)),
)
Counts = Callable[[Reader], Mapping[int, int]]
_tables: dict[str, ListPage] = {}


def table(name: str, lines: ListPage) -> None:
    """Put a table beside the city's folder, under /operator/city/."""
    _tables[name] = lines


def tables() -> list[tuple[str, ListPage]]:
    """Return the tables with their addresses."""
    return [(reverse("core:operator_table", args=[name]), lines) for name, lines in sorted(_tables.items())]


def number(label: Words, counts: Counts) -> Column:
    """Return a column of what is counted once for a page, by the row's id."""
    return Column(label, lambda row: row.reader.once(counts).get(row.pk, 0), "n")


def open_at(label: Words, counts: Counts) -> None:
    """Tell with each organisation how many of a stage's things are open there, by the organisation's id."""
    _columns.append(number(label, counts))


def with_reader(records: Sequence[Any], reader: Reader) -> Iterable[Any]:
    """Let each row know for whom it is counted."""
    for record in records:
        record.reader = reader
    return records


@roles(Role.OPERATOR)
@never_cache
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """List what of the city stands in one of its tables."""
    if name not in _tables:
        raise Http404
    return _tables[name].answer(request, "core/operator/table.html", tables=tables(), **framed("core:operator_city"))


def _organisations(actor: Actor) -> QuerySet[Organisation]:
    return Organisation.objects.select_related("parent").order_by("code")


def _people(reader: Reader) -> Mapping[int, int]:
    held = Membership.objects.filter(person__is_active=True).order_by().values_list("organisation")
    return dict(held.annotate(n=Count("person", distinct=True)))


def _running(reader: Reader) -> Mapping[int, int]:
    return dict(ClockRun.objects.running().order_by().values_list("organisation").annotate(n=Count("pk")))


def _late(reader: Reader) -> Mapping[int, int]:
    return dict(ClockRun.objects.overdue(reader.at).order_by().values_list("organisation").annotate(n=Count("pk")))


_columns = [
    Column(pgettext_lazy("a line of the city folder", "Code"), lambda row: Typed(row.code), head=True, sort="code"),
    Column(_("Organisation"), lambda row: Typed(row.name), under=lambda row: Typed(row.name_en)),
    Column(_("Name in English"), lambda row: row.name_en, on_page=False),
    Column(pgettext_lazy("an organisation", "Kind"), lambda row: row.kind, sort="kind"),
    Column(_("Above it"), lambda row: area_label(row.parent) if row.parent else None),
    number(pgettext_lazy("an organisation", "People"), _people),
    number(_("Running clocks"), _running),
    number(pgettext_lazy("clocks", "Late"), _late),
]
table("organisations", ListPage(
    pgettext_lazy("operator", "Organisations"), _organisations, _columns, tabs=IN_USE, shape=with_reader,
    search=containing("code", "name", "name_en"), hint=_("Code or name"), note=IN_FOLDER, size=100,
))  # fmt: skip
urlpatterns = [path("operator/city/<slug:name>/", show, name="operator_table")]
