"""Addresses of intake: what each module of views lists."""

from __future__ import annotations

from anlan.intake.views import api, desk, files, public

app_name = "intake"
urlpatterns = [*public.urlpatterns, *desk.urlpatterns, *files.urlpatterns, *api.urlpatterns]
