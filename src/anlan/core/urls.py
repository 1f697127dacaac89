"""Addresses of core: log-in, home, errors."""

from __future__ import annotations

from django.urls import path

from anlan.core import views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
]
