"""Addresses of hotspots."""

from __future__ import annotations

from anlan.hotspots.views import runs, sites, studies

app_name = "hotspots"
urlpatterns = [*studies.urlpatterns, *runs.urlpatterns, *sites.urlpatterns]
