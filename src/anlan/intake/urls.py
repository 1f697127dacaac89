"""Addresses of intake: what each module of views lists."""

from __future__ import annotations

from anlan.intake.views import api, calltaker, imports, public

app_name = "intake"
urlpatterns = [*public.urlpatterns, *calltaker.urlpatterns, *imports.urlpatterns, *api.urlpatterns]
