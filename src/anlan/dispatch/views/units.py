"""The units, by whose they are and what they are: which are out, free or off shift."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from anlan.core.pages import Choices, Column, Empty, Filter, Link, ListPage, Reader, Tab
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.words import area_label
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.board import board, stated
from anlan.dispatch.queries.units import units_of
from anlan.triage.access import READERS

STATES = {"out": (pgettext_lazy("unit", "Out"), Q(out=True)), "free": (_("Free"), Q(out=False, on=True)),
          "off": (_("Off shift"), Q(out=False, on=False))}  # fmt: skip


def _seen(reader: Reader) -> list[Unit]:
    return list(units_of(reader.actor).order_by("organisation__code"))


def _kinds(reader: Reader) -> Choices:
    known = {unit.kind for unit in reader.once(_seen)}
    return [(kind, name) for kind, name in Unit.Kind.choices if kind in known]


def _organisations(reader: Reader) -> Choices:
    return list({unit.organisation.code: area_label(unit.organisation) for unit in reader.once(_seen)}.items())


def _empty(reader: Reader) -> Empty:
    if reader.once(_seen):
        return Empty("", _("No unit is like this now"), Link(_("All units"), "dispatch:units"))
    return Empty(_("Units stand in units.csv of the city’s folder."), _("No unit is sent from here"))


UNITS = ListPage(
    pgettext_lazy("dispatch", "Units"), lambda actor: stated(actor, now()), base="dispatch/base_dispatch.html",
    shape=lambda units, reader: board(units, reader.actor), empty=_empty, tab="state", size=1000,
    tabs=[Tab("", _("All")), *(Tab(name, words, where) for name, (words, where) in STATES.items())],
    filters=[Filter("kind", _("Kind"), _("Every kind"), _kinds, "kind"),
             Filter("of", _("Organisation"), _("Every organisation"), _organisations, "organisation__code")],
    links=[Link(_("Shifts"), "dispatch:shifts", "s"), Link(_("Console"), "dispatch:console", "v")],
    columns=[
        Column(_("Unit"), lambda row: area_label(row.unit)),
        Column(_("Organisation"), lambda row: area_label(row.unit.organisation)),
        Column(_("Kind"), lambda row: row.unit.get_kind_display()),
        Column(_("State"), lambda row: STATES[row.state][0]),
        Column(_("People"), lambda row: row.unit.people),
        Column(_("Incident"), lambda row: row.held and row.held.incident.number),
    ],
)  # fmt: skip


@roles(*READERS)
@never_cache
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Show the units that the address asks for: `?state=free&kind=mobile&of=command`."""
    return UNITS.answer(request, "dispatch/units.html")
