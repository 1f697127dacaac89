"""Addresses of the bulletin."""

from __future__ import annotations

from anlan.bulletin.views import pages, publishing

app_name = "bulletin"
urlpatterns = [*publishing.urlpatterns, *pages.urlpatterns]
