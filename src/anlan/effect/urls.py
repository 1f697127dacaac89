"""Addresses of effect."""

from __future__ import annotations

from anlan.effect.views import estimates

app_name = "effect"
urlpatterns = [*estimates.urlpatterns]
