"""Addresses of effect."""

from __future__ import annotations

from anlan.effect import views

app_name = "effect"
urlpatterns = [*views.urlpatterns]
