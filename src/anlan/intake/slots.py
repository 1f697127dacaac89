"""What intake puts on the rail."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.core.operator.views.tables import table
from anlan.core.people.actors import Actor
from anlan.core.web.numbers import Found, finds
from anlan.core.web.slots import fill, rail
from anlan.intake.access import READERS, TAKES_CALLS
from anlan.intake.models import Report
from anlan.intake.tracking import first_look_minutes
from anlan.intake.views.categories import CATEGORIES
from anlan.intake.words import label

rail(10, "报", _("Intake"), "intake:reports", READERS, stretch="hear", letter="i", pinned_for=TAKES_CALLS)
table("categories", CATEGORIES)


@fill("home.act")
def ways_in(context: dict[str, Any]) -> str:
    """Let the public report something, or follow what was reported."""
    minutes = {"first_look_minutes": first_look_minutes()}
    return render_to_string("intake/public/_home.html", minutes, request=context["request"])


@fill("public.footer", order=10)
def public_ways(context: dict[str, Any]) -> str:
    """Lead from every page of the public to the form, the tracking page and who reads a report."""
    ways = {"intake:report": gettext("Report something"), "intake:track": gettext("Follow a report"),
            "intake:privacy": gettext("Who reads my report")}  # fmt: skip
    return format_html_join(" ", '<a href="{}">{}</a>', ((reverse(name), words) for name, words in ways.items()))


@finds("R")
def report_of_number(number: str, actor: Actor) -> Found | None:
    """Find a report; what it says stays sealed."""
    report = Report.objects.visible_to(actor).select_related("category").filter(number=number).first()
    if report is None:
        return None
    return Found(
        number, label(report.category), str(report.get_validity_display()), reverse("intake:report_page", args=[number])
    )
