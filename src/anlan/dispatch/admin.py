"""Which log-ins stamp for which unit, for operators; units themselves come from the city's folder."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import pgettext_lazy

from anlan.core.admin import AdminBase
from anlan.core.admin_words import name_room, name_table
from anlan.dispatch.models import UnitAccess

name_room("dispatch", pgettext_lazy("admin", "Units"))
name_table(UnitAccess, pgettext_lazy("admin", "unit log-in"), pgettext_lazy("admin", "unit log-ins"))


@admin.register(UnitAccess)
class UnitAccessAdmin(AdminBase):
    """Log-ins of crews; `anlan unit give` is the other way in."""

    list_display = ["unit", "person"]
    list_filter = ["unit__kind", "unit__organisation"]
    search_fields = ["unit__code", "unit__name", "person__username"]
    autocomplete_fields = ["person"]
