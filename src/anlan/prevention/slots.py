"""Prevention's place on the rail, and what stands on a site's page and on the tracking page."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from anlan.core.clock import now
from anlan.core.middleware.access import actor_of_request
from anlan.core.slots import fill, rail
from anlan.prevention.models import Problem
from anlan.prevention.reading import READS
from anlan.prevention.telling import tell_of_place

rail(40, "治", pgettext_lazy("rail", "Problems"), "prevention:inbox", set(READS))


@fill("site.aside")
def of_site(context: dict[str, Any]) -> str:
    """Show the problem of a site, or that none was raised."""
    request, site = context["request"], context["site"]
    if site is None:
        return ""
    actor = actor_of_request(request)
    found = Problem.objects.visible_to(actor).filter(site=site).select_related("lead").first()
    told = {"problem": found, "opens": bool(actor.roles & set(READS))}  # a call-taker sees the site, not the inbox
    return render_to_string("prevention/_site_slot.html", told, request=request)


@fill("intake.tracked", order=110)
def of_place(context: dict[str, Any]) -> str:
    """Tell on the tracking page what is done at the place of the report, where the city has listed it."""
    told = tell_of_place(context["report"], now())
    return render_to_string("prevention/_place.html", {"told": told}) if told else ""
