"""What pages call the steps of the simulated city."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from anlan.core import labels

labels.name_kinds({
    "city.begun": noop("Simulated city begun"),
    "city.day_passed": noop("Simulated day passed"),
    "city.step_done": noop("Simulated month made"),
})  # fmt: skip
