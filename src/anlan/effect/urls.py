"""Addresses of effect."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "effect"
urlpatterns: list[URLPattern] = []
