"""The place of messages on the rail."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from anlan.core.messages.access import READS
from anlan.core.web.slots import rail

rail(90, "信", pgettext_lazy("rail", "Outbox"), "core:messages", READS, stretch="account", letter="x")
