"""The city's categories for operators; reports are read, never edited, and never with personal content."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import pgettext_lazy

from anlan.core.admin import AdminBase
from anlan.core.admin_words import name_room, name_table
from anlan.intake.models import Category, KeyQuestion, Report

name_room("intake", pgettext_lazy("admin", "Intake"))
name_table(Category, pgettext_lazy("admin", "category"), pgettext_lazy("admin", "categories"))
name_table(KeyQuestion, pgettext_lazy("admin", "key question"), pgettext_lazy("admin", "key questions"))
name_table(Report, pgettext_lazy("admin", "report"), pgettext_lazy("admin", "reports"))


@admin.register(Category)
class CategoryAdmin(AdminBase):
    """Names and order of categories; the code stands in reports and stays."""

    list_display = ("code", "name", "name_en", "kind", "group", "public", "depth", "sort", "active")
    list_editable = ()

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Keep the code of a stored category."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: reports carry it; take `active` away instead."""
        return False


@admin.register(KeyQuestion)
class KeyQuestionAdmin(AdminBase):
    """What every call is asked; the folder's key_questions.csv is the other way in."""

    list_display = ("code", "name", "name_en", "urgency", "scope", "sort", "active")

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Keep the code of a stored question: reports carry it."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: reports answered it; take `active` away instead."""
        return False


@admin.register(Report)
class ReportAdmin(AdminBase):
    """Reports without their personal content, to look at."""

    list_display = ("number", "channel", "category", "received_at", "source", "source_id", "validity")
    list_filter = ("channel", "category", "validity")
    search_fields = ("number", "source_id")
    date_hierarchy = "received_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: reports come in through verbs."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: a report is evidence."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Refuse: a report is evidence."""
        return False
