"""Addresses of hotspots."""

from __future__ import annotations

from anlan.hotspots.views import sites, studies

app_name = "hotspots"
urlpatterns = [*studies.urlpatterns, *sites.urlpatterns]
