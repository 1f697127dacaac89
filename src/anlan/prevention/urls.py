"""Addresses of prevention."""

from __future__ import annotations

from anlan.prevention.views import analyses, inbox, lists, raising, storms, tasks

app_name = "prevention"
urlpatterns = [
    *raising.urlpatterns,
    *inbox.urlpatterns,
    *tasks.urlpatterns,
    *lists.urlpatterns,
    *analyses.urlpatterns,
    *storms.urlpatterns,
]
