"""Addresses of dispatch."""

from __future__ import annotations

from django.urls import path

from anlan.dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("units/", views.units, name="units"),
    path("assignments/<int:pk>/", views.assignment, name="assignment"),
    path("assignments/<int:pk>/move", views.move, name="move"),
    path("incidents/<str:number>/send", views.send, name="send"),
]
