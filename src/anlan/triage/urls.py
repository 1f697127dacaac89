"""Addresses of triage."""

from __future__ import annotations

from django.urls import path

from anlan.triage.views import answers, desk, incidents, links, objections

app_name = "triage"
urlpatterns = [
    path("track/<str:code>/not-right", objections.not_right, name="not_right"),
    path("calls/caller", desk.caller, name="caller"),
    path("calls/<str:report>/back", answers.called_back, name="called_back"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/points.geojson", incidents.points, name="points"),
    path("incidents/for/<str:report>", links.open_for, name="open_for"),
    path("incidents/for/<str:report>/find", links.find_for, name="find_for"),
    path("incidents/for/<str:report>/answers", answers.answer, name="answer"),
    path("incidents/<str:number>/", incidents.incident, name="incident"),
    path("incidents/<str:number>/act", incidents.act, name="act"),
    path("incidents/<str:number>/reports", links.sort_reports, name="sort"),
]
