"""Addresses of hotspots."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "hotspots"
urlpatterns: list[URLPattern] = []
