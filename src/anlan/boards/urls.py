"""Addresses of boards."""

from __future__ import annotations

from django.urls import path

from anlan.boards.views import overview

app_name = "boards"
urlpatterns = [path("overview/", overview, name="overview")]
