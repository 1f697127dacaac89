"""The overview's place on the rail."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from anlan.boards.access import READS
from anlan.core.web.slots import rail

rail(80, "览", pgettext_lazy("rail", "Overview"), "boards:overview", set(READS))
