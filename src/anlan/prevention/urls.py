"""Addresses of prevention."""

from __future__ import annotations

from anlan.prevention.views import inbox, lists, raising, tasks

app_name = "prevention"
urlpatterns = [*raising.urlpatterns, *inbox.urlpatterns, *tasks.urlpatterns, *lists.urlpatterns]
