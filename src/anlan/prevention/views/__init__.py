"""Pages of prevention."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Link

PROBLEMS_CRUMB = Link(_("Problems"), "prevention:inbox")
