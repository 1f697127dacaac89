"""The addresses of all stages; each stage declares who may open its own."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

handler400 = "anlan.core.web.views.bad_request"
handler403 = "anlan.core.web.views.forbidden"
handler404 = "anlan.core.web.views.not_found"
handler500 = "anlan.core.web.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("anlan.core.urls")),
    path("", include("anlan.core.people.urls")),
    path("", include("anlan.intake.urls")),
    path("", include("anlan.triage.urls")),
    path("", include("anlan.dispatch.urls")),
    path("", include("anlan.hotspots.urls")),
    path("", include("anlan.prevention.urls")),
    path("", include("anlan.voice.urls")),
    path("", include("anlan.effect.urls")),
    path("", include("anlan.bulletin.urls")),
    path("", include("anlan.boards.urls")),
    path("", include("anlan.api.urls")),
]
