"""Raising problems: sites picked from an adopted study, areas that are silent, and single problems."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from anlan.core.city.areas import local_day
from anlan.core.models import Organisation
from anlan.core.pages import Choices, StepForm, answer, tabulated
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.prevention import actions, columns
from anlan.prevention.access import RAISES
from anlan.prevention.forms.fields import active_organisations
from anlan.prevention.forms.problems import RaiseForm, SingleForm
from anlan.prevention.queries.sources import StudySite, area_choices, silent_choices, sites_of, studies


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*RAISES)
def new(request: HttpRequest) -> HttpResponse:
    """Offer the sites of a study and a form for a single problem, or raise what was picked."""
    offered = studies()
    study = _study(request, [pk for pk, _name in offered])
    sites = sites_of(study)
    forms = _forms(request, study, sites)
    what = request.POST.get("what", "")
    free, standing = ([site for site in sites if (site.standing is None) is wanted] for wanted in (True, False))
    chosen = set(request.POST.getlist("sites") or request.GET.getlist("site"))
    context = {"studies": offered, "study": study, "n": len(sites), **forms,
               "free": tabulated(columns.free_sites(chosen), free),
               "standing": tabulated(columns.STANDING_SITES, standing)}  # fmt: skip

    def page(status: int) -> HttpResponse:
        return render(request, "prevention/problems/new.html", context, status=status)

    if what not in forms:
        return page(200)
    of_study: dict[str, Any] = {"study": study} if what == "sites" else {}
    return answer(request, forms[what], partial(actions.raise_problems, **of_study), page=page,
                  done=lambda made: _raised(request, made))  # fmt: skip


def _raised(request: HttpRequest, made: dict[str, Any]) -> HttpResponse:
    n = len(made["problems"])
    raised = ngettext("%(analysis)s was sent with %(n)d problem.", "%(analysis)s was sent with %(n)d problems.", n)
    messages.success(request, raised % {"analysis": made["analysis"], "n": n})
    if made["standing"]:
        messages.warning(request, _("These stood already and stay as they are: %(numbers)s.")
                         % {"numbers": ", ".join(made["standing"])})  # fmt: skip
    return redirect(f"{reverse('prevention:inbox')}?p={made['problems'][0]}")


def _study(request: HttpRequest, offered: list[int]) -> int | None:
    asked = request.POST.get("study") or request.GET.get("study") or ""
    if asked.isdecimal() and int(asked) in offered:
        return int(asked)
    return offered[0] if offered else None


def _forms(request: HttpRequest, study: int | None, sites: list[StudySite]) -> dict[str, StepForm]:
    today, organisations = local_day(now()), active_organisations()
    first = Organisation.objects.filter(active=True, kind="government").order_by("code").first()
    initial = {"addressee": first.code if first else ""}
    sent = {name: request.POST if request.POST.get("what") == name else None for name in ("sites", "single")}
    picked: Choices = [(str(site.number), site.code) for site in sites]
    return {
        "sites": RaiseForm(sent["sites"], organisations=organisations, sites=picked, initial=initial,
                           areas=silent_choices(study, today), auto_id="sites-%s"),
        "single": SingleForm(sent["single"], organisations=organisations, areas=area_choices(today), initial=initial,
                       auto_id="single-%s"),
    }  # fmt: skip


urlpatterns = [path("problems/new/", new, name="raise")]
