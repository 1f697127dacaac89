"""Addresses of voice."""

from __future__ import annotations

from anlan.voice.views import answers

app_name = "voice"
urlpatterns = [*answers.urlpatterns]
