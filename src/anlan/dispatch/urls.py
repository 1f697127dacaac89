"""Addresses of dispatch."""

from __future__ import annotations

from django.urls import path

from anlan.dispatch.views import assignments, console, shifts, units

app_name = "dispatch"
urlpatterns = [
    path("console/", console.console, name="console"),
    path("console/news", console.news, name="news"),
    path("console/<str:number>/", console.console, name="console_incident"),
    path("console/<str:number>/act", console.act, name="console_act"),
    path("units/", units.units, name="units"),
    path("units/map.geojson", units.units_map, name="units_map"),
    path("shifts/", shifts.shifts, name="shifts"),
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("assignments/<int:pk>/news", assignments.news, name="assignment_news"),
    path("assignments/<int:pk>/move", assignments.move, name="move"),
    path("incidents/<str:number>/send", assignments.send, name="send"),
]
