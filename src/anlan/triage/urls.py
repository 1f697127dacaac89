"""Addresses of triage."""

from __future__ import annotations

from django.urls import path

from anlan.triage import desk, views

app_name = "triage"
urlpatterns = [
    path("calls/caller", desk.caller, name="caller"),
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/points.geojson", views.points, name="points"),
    path("incidents/for/<str:report>", views.open_for, name="open_for"),
    path("incidents/<str:number>/", views.incident, name="incident"),
    path("incidents/<str:number>/act", views.act, name="act"),
    path("incidents/<str:number>/reports", views.sort_reports, name="sort"),
]
