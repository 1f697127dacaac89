"""What intake puts on the rail."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.core.people.actors import Actor
from anlan.core.web.numbers import Found, finds
from anlan.core.web.slots import rail
from anlan.intake.access import READERS, TAKES_CALLS
from anlan.intake.models import Report
from anlan.intake.words import label

rail(10, "报", _("Intake"), "intake:reports", READERS, stretch="hear", letter="i", pinned_for=TAKES_CALLS)


@finds("R")
def report_of_number(number: str, actor: Actor) -> Found | None:
    """Find a report; what it says stays sealed."""
    report = Report.objects.visible_to(actor).select_related("category").filter(number=number).first()
    if report is None:
        return None
    return Found(
        number, label(report.category), str(report.get_validity_display()), reverse("intake:report_page", args=[number])
    )
