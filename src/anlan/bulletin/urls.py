"""Addresses of bulletin."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "bulletin"
urlpatterns: list[URLPattern] = []
