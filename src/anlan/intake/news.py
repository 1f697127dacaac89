"""What intake's entries are called among what somebody did."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.core.web.recent import deeds
from anlan.intake.actions.guesses import RECEIVED
from anlan.intake.channels import Channel
from anlan.intake.models import Report

WORDS = {RECEIVED: _("Report taken"), "intake.validity_set": _("Validity changed")}


def _of_a_list() -> Q:
    """Find the entries of reports that came in a file: its import is what somebody did, not each row."""
    of = Report.objects.filter(number=Substr(OuterRef("subject"), len("report:") + 1))
    return Q(Exists(of.filter(Q(channel=Channel.IMPORT) | ~Q(source=F("channel")))), kind=RECEIVED)


deeds("intake", "report", WORDS, lambda number, payload: (number, reverse("intake:report_page", args=[number])),
      _of_a_list)  # fmt: skip
deeds("intake", "import", {"intake.import_started": _("Import a list")},
      lambda key, payload: (f"#{key}", reverse("intake:import", args=[key])))  # fmt: skip
