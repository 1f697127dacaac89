"""The bulletin's place on the rail."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

import anlan.bulletin.measures  # noqa: F401  (registers every measure)
from anlan.bulletin.asking import LOOKS
from anlan.core.slots import rail

rail(70, "告", pgettext_lazy("rail", "Bulletins"), "bulletin:desk", set(LOOKS))
