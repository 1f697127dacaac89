"""Addresses of core: log-in, home, areas, jobs, messages, people, the operator's room."""

from __future__ import annotations

from django.urls import path

from anlan.core.messages import views as messages
from anlan.core.operator import views as operator
from anlan.core.people.roster import views as people
from anlan.core.people.views import door
from anlan.core.web import endpoints, metrics, tiles, views

app_name = "core"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", door.login, name="login"),
    path("login/lost/", door.lost, name="lost"),
    path("login/reset/<str:person>/<str:token>/", door.reset, name="reset"),
    path("logout/", door.logout, name="logout"),
    path("ping", endpoints.ping, name="ping"),
    path("metrics", metrics.metrics, name="metrics"),
    path("map/areas.geojson", endpoints.areas, name="areas"),
    path("map/tiles/<int:z>/<int:x>/<int:y>", tiles.tile, name="tile"),
    path("jobs/<int:job_id>.json", endpoints.job, name="job"),
    path("jobs/<int:job_id>/stop", endpoints.job_stop, name="job_stop"),
    path("jobs/<int:job_id>/resume", endpoints.job_resume, name="job_resume"),
    *messages.urlpatterns,
    *people.urlpatterns,
    *operator.urlpatterns,
]
