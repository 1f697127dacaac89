"""The stage's place on the rail, and the estimates on a site's page."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from anlan.core.people.roles import Role
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.slots import fill, rail
from anlan.effect.access import READS
from anlan.effect.models import Estimate
from anlan.effect.queries import shown

rail(60, "验", pgettext_lazy("rail", "Effect"), "effect:estimates", READS, stretch="prevent", letter="e",
     pinned_for=[Role.ANALYST])  # fmt: skip


@fill("site.aside", order=200)
def of_site(context: dict[str, Any]) -> str:
    """Show the newest estimate that holds a site, and lead to the earlier ones; to whoever may see any."""
    request, site = context["request"], context["site"]
    actor = actor_of_request(request)
    if site is None or not actor.roles.intersection(READS):
        return ""
    every = Estimate.objects.visible_to(actor).filter(study__subject=site.subject).order_by("-pk")
    found = [estimate for estimate in every if estimate.holds(site.number)]
    newest = shown(found[0]) if found else None
    mended = newest is not None and site.number in newest.estimate.listed("treated")
    values = {"shown": newest, "mended": mended, "earlier": found[1:4], "site": site}
    return render_to_string("effect/_site_slot.html", values, request=request)
