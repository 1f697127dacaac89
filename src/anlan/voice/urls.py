"""Addresses of voice."""

from __future__ import annotations

from anlan.voice.views import answering

app_name = "voice"
urlpatterns = [*answering.urlpatterns]
