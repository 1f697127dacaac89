"""Addresses of the programming interfaces that span stages."""

from __future__ import annotations

from django.urls import path

from anlan.api.geojson import views as geojson

app_name = "api"
urlpatterns = [
    path("api/geojson/<str:name>", geojson.for_partner, name="geojson"),
    path("geo/<str:name>.geojson", geojson.for_people, name="geo"),
]
