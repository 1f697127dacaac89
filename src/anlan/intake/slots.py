"""What intake puts on the rail, and what it tells on the tracking page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

import anlan.intake.tracking  # noqa: F401  (registers itself)
from anlan.core.web.slots import rail
from anlan.intake.access import READERS

rail(10, "报", _("Intake"), "intake:reports", set(READERS))
