"""The operator's room: how Anlan does, its clocks, its city folder, its people."""

from __future__ import annotations

from anlan.core.operator.views import city, clocks, health

urlpatterns = [
    *health.urlpatterns,
    *clocks.urlpatterns,
    *city.urlpatterns,
]
