"""How Anlan does: what an operator sees first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from anlan import __version__
from anlan.core.operator.health import health
from anlan.core.operator.views.frame import page, tab
from anlan.core.people.roles import Role
from anlan.core.time.clock import now
from anlan.core.web.access import roles

tab(10, pgettext_lazy("operator", "Health"), "core:operator")


@roles(Role.OPERATOR)
@never_cache
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what is watched, what is worst first."""
    at = now()
    lines = health(at)
    marks = [line.mark for line in lines]
    context = {"lines": lines, "at": at, "version": __version__, "late": marks.count("late"),
               "watched": marks.count("warn")}  # fmt: skip
    return page(request, "core/operator/health.html", "core:operator", context)


urlpatterns = [
    path("operator/", show, name="operator"),
    path("status/", roles(Role.OPERATOR)(RedirectView.as_view(pattern_name="core:operator")), name="status"),
]
