"""What intake puts on the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.core.web.slots import rail
from anlan.intake.access import READERS

rail(10, "报", _("Intake"), "intake:reports", set(READERS))
