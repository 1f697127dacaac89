"""Addresses of the bulletin."""

from __future__ import annotations

from anlan.bulletin.views import desk, issues, runs

app_name = "bulletin"
urlpatterns = [*desk.urlpatterns, *runs.urlpatterns, *issues.urlpatterns]
