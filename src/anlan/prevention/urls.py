"""Addresses of prevention."""

from __future__ import annotations

from anlan.prevention.views import analyses, evidence, ladder, lists, new_problems, problems, storms, tasks

app_name = "prevention"
urlpatterns = [
    *new_problems.urlpatterns,
    *problems.urlpatterns,
    *tasks.urlpatterns,
    *evidence.urlpatterns,
    *ladder.urlpatterns,
    *lists.urlpatterns,
    *analyses.urlpatterns,
    *storms.urlpatterns,
]
