"""Addresses of the bulletin."""

from __future__ import annotations

from anlan.bulletin.views import pages, publishing, running

app_name = "bulletin"
urlpatterns = [*publishing.urlpatterns, *running.urlpatterns, *pages.urlpatterns]
