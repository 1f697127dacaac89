"""One step on a page: how it is offered, and what comes of it when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.prevention.forms.fields import StepForm
from anlan.prevention.words import not_yours

TAKEN, CONFLICT, WRONG = 200, 409, 422
Sent = tuple[str, StepForm] | None  # the verb and the form of a step that was refused


@dataclass(frozen=True)
class Offer:
    """One step on a page: its verb, the words on its button, its key, its form, if that is open, if it is likely."""

    verb: str
    words: str
    key: str
    form: StepForm
    opened: bool = False
    primary: bool = False


def send(form: StepForm, verb: str, act: Callable[..., dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Take a step with what was typed; the status says how it went, and the form says why it was not taken."""
    if not form.is_valid():
        return WRONG, {}
    try:
        return TAKEN, act(**form.asked())
    except Refused as refused:
        field = form.field_of(refused.field)
        form.add_error(field, str(refused))
        return WRONG if field else CONFLICT, {}
    except NotAllowed:
        form.add_error(None, not_yours(verb))
    except KeyReused:
        form.add_error(None, _("This form was sent before with other words. Look at what was stored, then send again."))
    return CONFLICT, {}
