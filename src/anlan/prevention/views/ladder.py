"""The papers of the ladder, as they are printed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.core.print.answers import sent
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.prevention.access import PRINTS
from anlan.prevention.papers.ladder import paper_of
from anlan.prevention.queries.ladders import printable


@require_safe
@roles(*PRINTS)
def ladder_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Return the paper of a step of the ladder; printing it again gives the same paper."""
    step = printable(actor_of_request(request)).filter(number=number).first()
    if step is None:
        raise Http404
    return sent(paper_of, step)


urlpatterns = [path("ladder/<str:number>/paper.pdf", ladder_paper, name="ladder_paper")]
