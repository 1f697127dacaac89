"""Which log-ins stamp for which unit, for operators; units themselves come from the city's folder."""

from __future__ import annotations

from django.contrib import admin

from anlan.core.admin import AdminBase
from anlan.dispatch.models import UnitAccess


@admin.register(UnitAccess)
class UnitAccessAdmin(AdminBase):
    """Log-ins of crews; `anlan unit give` is the other way in."""

    list_display = ["unit", "person"]
    list_filter = ["unit__kind", "unit__organisation"]
    search_fields = ["unit__code", "unit__name", "person__username"]
    autocomplete_fields = ["person"]
