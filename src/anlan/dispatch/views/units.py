"""The units, by whose they are and what they are: which are out, free or off shift."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core.pages import Choices, Column, Empty, Filter, Link, Listing, ListPage, Reader, Tab, containing
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.addresses import href
from anlan.core.words import area_label
from anlan.dispatch.lines import state_of
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.board import Row, board, places_of, stated
from anlan.dispatch.queries.units import units_of
from anlan.intake.words import label
from anlan.triage.access import READERS

STATES = {"out": (pgettext_lazy("unit", "Out"), Q(out=True)), "free": (_("Free"), Q(out=False, on=True)),
          "off": (_("Off shift"), Q(out=False, on=False))}  # fmt: skip


class House(NamedTuple):
    """An organisation, and a kind of unit that it has."""

    kind: str
    code: str
    name: str
    name_en: str


def _seen(reader: Reader) -> list[House]:
    fields = ("kind", "organisation__code", "organisation__name", "organisation__name_en")
    seen = units_of(reader.actor).order_by("organisation__code").values_list(*fields).distinct()
    return [House(*house) for house in seen]


def _kinds(reader: Reader) -> Choices:
    known = {house.kind for house in reader.once(_seen)}
    return [(kind, name) for kind, name in Unit.Kind.choices if kind in known]


def _organisations(reader: Reader) -> Choices:
    return list({house.code: area_label(house) for house in reader.once(_seen)}.items())


def _empty(reader: Reader) -> Empty:
    if reader.once(_seen):
        return Empty("", _("No unit is like this now"), Link(_("All units"), "dispatch:units"))
    return Empty(_("Units stand in units.csv of the city's folder."), _("No unit is sent from here"))


def _stands(row: Row) -> SafeString:
    """Draw how a unit stands; one that is out leads to its assignment."""
    if row.held is None:
        mark = "muted" if row.state == "off" else "idle"
        return format_html('<span class="state plain {}">{}</span>', mark, STATES[row.state][0])
    return format_html('<a href="{}">{}</a>', href("dispatch:assignment", row.held.pk), state_of(row.held, "plain"))


def _incident(row: Row) -> SafeString:
    if row.held is None:
        return SafeString("—")
    to = href("dispatch:console_incident", row.held.incident.number)
    return format_html('<a class="code" href="{}" data-skip>{}</a>', to, row.held.incident.number)


UNITS = ListPage(
    pgettext_lazy("dispatch", "Units"), lambda actor: stated(actor, now()), base="dispatch/base_dispatch.html",
    shape=lambda units, reader: board(units, reader.actor), empty=_empty, tab="state",
    tabs=[Tab("", _("All")), *(Tab(name, words, where) for name, (words, where) in STATES.items())],
    filters=[Filter("kind", _("Kind"), _("Every kind"), _kinds, "kind"),
             Filter("of", _("Organisation"), _("Every organisation"), _organisations, "organisation__code")],
    search=containing("code", "name", "name_en"), hint=_("Name or code"),
    links=[Link(_("Shifts"), "dispatch:shifts", "s"), Link(_("Console"), "dispatch:console", "v")],
    columns=[
        Column(_("Unit"), lambda row: area_label(row.unit), head=True, sort="code",
               under=lambda row: area_label(row.unit.organisation)),
        Column(_("Organisation"), lambda row: area_label(row.unit.organisation), on_page=False),
        Column(_("Kind"), lambda row: row.unit.get_kind_display(), sort="kind"),
        Column(_("State"), lambda row: STATES[row.state][0], draw=_stands),
        Column(_("People"), lambda row: row.unit.people, "n", sort="people"),
        Column(_("Incident"), lambda row: row.held and row.held.incident.number, draw=_incident,
               under=lambda row: row.held and label(row.held.incident.category)),
    ],
)  # fmt: skip


@roles(*READERS)
@never_cache
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Show the units that the address asks for: `?state=free&kind=mobile&of=command`."""
    return UNITS.answer(request, "dispatch/units.html")


@roles(*READERS)
@never_cache
@require_safe
def units_map(request: HttpRequest) -> HttpResponse:
    """Return where the units of the same list stand by, as GeoJSON."""
    return JsonResponse(places_of(Listing(UNITS, Reader.of(request), reverse("dispatch:units")).rows))
