"""The bulletin's place on the rail, and its link under the pages for citizens."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

import anlan.bulletin.measures  # noqa: F401  (registers every measure)
from anlan.bulletin.access import LOOKS
from anlan.core.web.slots import fill, rail

rail(70, "告", pgettext_lazy("rail", "Bulletins"), "bulletin:desk", set(LOOKS))


@fill("intake.footer")
def published(context: dict[str, Any]) -> str:
    """Lead citizens to the bulletins."""
    return format_html('<a href="{}">{}</a>', reverse("bulletin:issues"), _("Published figures"))
