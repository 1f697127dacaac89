"""A step pressed where it is listed: through its stage's own door, and back to the list as it stands then."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anlan.boards.views.today import page
from anlan.core.ledger.verbs import KeyReused
from anlan.core.pages.answers import NOT_YOURS
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import now
from anlan.core.web.access import signed_in
from anlan.core.web.matters import Press, presser_of
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.recent import last_of
from anlan.core.web.slots import stops_for


@signed_in
@require_POST
def press(request: HttpRequest) -> HttpResponse:
    """Make the move; where it is refused nothing has changed, and the list says who was there before."""
    actor, asked = actor_of_request(request), request.POST.dict()
    stage, number = asked.get("stage", ""), asked.get("number", "")
    presser = presser_of(stage) if stage in {stop.app_name for stop in stops_for(actor)} else None
    if presser is None:
        raise Http404
    step = Press(asked.get("move", ""), asked.get("seen", ""), "")
    try:
        presser(number, step, actor, now(), asked.get("key", "")[:64] or None)
    except (Refused, KeyReused, NotAllowed) as error:
        why = str(error) if isinstance(error, Refused) else str(NOT_YOURS)
        return page(request, 409, wrong=why, number=number, last=last_of(stage, number))
    messages.success(request, _("Done: %(number)s") % {"number": number})
    return redirect("boards:today")


urlpatterns = [path("today/press", press, name="press")]
