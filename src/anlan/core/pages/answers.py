"""The one way in which a page calls a verb: it goes on where it was done, and says why not where it was not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core.ledger.verbs import KeyReused
from anlan.core.pages.forms import StepForm
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused, in_words, known_codes
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.workflow.moves import Words

CONFLICT, WRONG = 409, 422
NOT_YOURS = lazy("This step is not yours; ask the supervisor.")
Sent = tuple[str, StepForm] | None  # the name and the form of a step that was refused


def answer(
    request: HttpRequest, form: StepForm, act: Callable[..., Any], *, done: Callable[[Any], HttpResponse],
    page: Callable[[int], HttpResponse], whose: Words = NOT_YOURS,
) -> HttpResponse:  # fmt: skip
    """Show a page with its form, or call the verb with what was typed, by whom, when, under the form's key.

    Done, it answers what `done` makes of the result; refused, the page again with 422 (a field) or 409 (the whole),
    the reason at its field and everything that was typed. Why a step is not theirs is said by the words of its code,
    or where it has none by `whose` it is.
    """
    if request.method != "POST":
        return page(200)
    if not form.is_valid():
        return page(WRONG)
    who = {"actor": actor_of_request(request), "at": now(), "key": request.POST.get("key") or None}
    try:
        made = act(**form.asked(), **who)
    except Refused as refused:
        field, reason = form.field_of(refused.field), str(refused)
    except NotAllowed as other:
        code = getattr(other, "code", "")
        field, reason = form.field_of("actor"), in_words(code, {}) if code in known_codes() else str(whose)
    except KeyReused:
        field = None
        reason = _("This form was sent before with other words. Look at what was stored, then send again.")
    else:
        return done(made)
    form.add_error(field, reason)
    return page(WRONG if field else CONFLICT)
