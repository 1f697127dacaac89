"""Addresses of boards."""

from __future__ import annotations

from anlan.boards.views import overview, palette, today

app_name = "boards"
urlpatterns = [*overview.urlpatterns, *today.urlpatterns, *palette.urlpatterns]
