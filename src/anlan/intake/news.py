"""What intake's entries are called among what somebody did."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.core.web.recent import deeds

WORDS = {"intake.report_received": _("Report taken"), "intake.validity_set": _("Validity changed")}

deeds("intake", "report", WORDS, lambda number, payload: (number, reverse("intake:report_page", args=[number])))
