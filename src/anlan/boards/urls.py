"""Addresses of boards."""

from __future__ import annotations

from anlan.boards.views import audit, overview, palette, press, start, today

app_name = "boards"
urlpatterns = [*overview.urlpatterns, *today.urlpatterns, *press.urlpatterns, *palette.urlpatterns,
               *audit.urlpatterns, *start.urlpatterns]  # fmt: skip
