"""The stage's place on the rail, and what it offers after an import."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.core.people.roles import Role
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.slots import fill, rail
from anlan.hotspots.access import READS, WRITES

rail(30, "析", _("Sites"), "hotspots:studies", READS, stretch="prevent", letter="h", pinned_for=[Role.ANALYST])


@fill("intake.imported")
def after_import(context: dict[str, Any]) -> str:
    """Lead from reports that were imported to a study of their days and categories, of the places where they recur."""
    if not actor_of_request(context["request"]).roles.intersection(WRITES):
        return ""
    words = gettext("Look for the places where the same comes again: start a study")
    categories = urlencode({"categories": context.get("categories", [])}, doseq=True)
    asked = "&".join(filter(None, (context.get("found", ""), categories)))
    return format_html('<li><a href="{}?{}">{}</a></li>', reverse("hotspots:new"), asked, words)
