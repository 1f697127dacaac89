"""Addresses of prevention."""

from __future__ import annotations

from anlan.prevention.views import inbox

app_name = "prevention"
urlpatterns = [*inbox.urlpatterns]
