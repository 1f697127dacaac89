"""Addresses of intake: what each module of views lists."""

from __future__ import annotations

from anlan.intake.views import api, desk, holders, imports, personal, public, reports, tracking

app_name = "intake"
urlpatterns = [
    *public.urlpatterns,
    *tracking.urlpatterns,
    *holders.urlpatterns,
    *desk.urlpatterns,
    *reports.urlpatterns,
    *personal.urlpatterns,
    *imports.urlpatterns,
    *api.urlpatterns,
]
