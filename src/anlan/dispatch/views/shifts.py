"""Shifts: which units are on duty, with how many people, and what was open when they handed over."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.core.pages import Choices, Column, Empty, Filter, Link, ListPage, Reader, Tab, answer, containing
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import area_label
from anlan.dispatch.actions import begin_shift
from anlan.dispatch.forms import ShiftForm
from anlan.dispatch.models import Shift, Unit
from anlan.dispatch.queries.units import shifts_about, units_of
from anlan.triage.access import READERS, is_mover


def _now(shift: Shift) -> tuple[str, str]:
    """Return the mark and the words of how a shift stands."""
    if shift.begins_at > now():
        return "plain idle", pgettext("shift", "to come")
    return ("calm", gettext("on duty")) if shift.ends_at > now() else ("plain done", pgettext("shift", "over"))


TURNS = [Tab("", _("All")), Tab("now", _("On duty"), Q(turn=0)), Tab("next", _("To come"), Q(turn=1)),
         Tab("over", pgettext_lazy("assignments", "Over"), Q(turn=2))]  # fmt: skip


def _kinds(reader: Reader) -> Choices:
    known = set(units_of(reader.actor).values_list("kind", flat=True).order_by())
    return [(kind, name) for kind, name in Unit.Kind.choices if kind in known]


SHIFTS = ListPage(
    _("Shifts"), lambda actor: shifts_about(now(), actor), base="dispatch/base_dispatch.html",
    caption=_("Now, to come, and since yesterday"), crumb=Link(pgettext_lazy("dispatch", "Units"), "dispatch:units"),
    empty=Empty(_("No shift is written. A unit without any is always on duty.")), tabs=TURNS, tab="turn",
    filters=[Filter("kind", _("Kind"), _("Every kind"), _kinds, "unit__kind")],
    search=containing("unit__code", "unit__name", "unit__name_en"), hint=_("Name or code"),
    columns=[
        Column(_("Unit"), lambda shift: area_label(shift.unit), head=True, sort="unit__code",
               under=lambda shift: area_label(shift.unit.organisation)),
        Column(_("Begins"), lambda shift: shift.begins_at, "num nowrap", sort="begins_at"),
        Column(_("Ends"), lambda shift: shift.ends_at, "num nowrap", sort="ends_at"),
        Column(_("People"), lambda shift: shift.people, "n"),
        Column(_("Now"), lambda shift: _now(shift)[1],
               draw=lambda shift: format_html('<span class="state {}">{}</span>', *_now(shift))),
        Column(_("Open at hand-over"), lambda shift: shift.handed, "n"),
    ],
)  # fmt: skip


@roles(*READERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shifts(request: HttpRequest) -> HttpResponse:
    """Show yesterday's, today's and the coming shifts, and put a unit on duty."""
    actor = actor_of_request(request)
    form = ShiftForm(request.POST or None, actor=actor, auto_id="shift-%s")
    return answer(
        request, form, begin_shift, done=lambda made: redirect("dispatch:shifts"),
        whose=_("The desk, or an officer of its organisation, puts a unit on duty."),
        page=lambda status: SHIFTS.answer(request, "dispatch/shifts.html", status=status, form=form,
                                          writes=is_mover(actor)),
    )  # fmt: skip
