"""Addresses of voice."""

from __future__ import annotations

from anlan.voice import views

app_name = "voice"
urlpatterns = [*views.urlpatterns]
