"""One step on a page: how it is offered, and what comes of it when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.workflow.moves import Words
from anlan.prevention.forms.fields import StepForm

TAKEN, CONFLICT, WRONG = 200, 409, 422
Sent = tuple[str, StepForm] | None  # the name and the form of a step that was refused


class Step(Protocol):
    """What a page knows of a move, or of an act that changes no state."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Words: ...
    @property
    def key(self) -> str: ...
    @property
    def aside(self) -> bool: ...
    @property
    def opens(self) -> bool: ...


@dataclass(frozen=True)
class Offer:
    """One step on a page: its verb, the words on its button, its key, its form, if that is open, if it is likely."""

    verb: str
    words: str
    key: str
    form: StepForm
    opened: bool = False
    primary: bool = False


def shown(
    steps: Iterable[Step], mine: Collection[Any], due: Collection[Any], form: Callable[[Any], StepForm], sent: Sent
) -> list[Offer]:
    """Return the steps that are somebody's, in order; a refused one stays, open, as typed."""
    found: list[Offer] = []
    for step in steps:
        again = sent[1] if sent and sent[0] == step.name else None
        if again is None and step not in mine:
            continue
        opened = again is not None or (sent is None and step.opens and step in due)
        likely = not found and (step in due or not step.aside)
        found.append(Offer(step.name, str(step.label), step.key, again or form(step), opened, likely))
    return found


def send(form: StepForm, whose: Words, act: Callable[..., dict[str, Any]]) -> tuple[int, dict[str, Any]]:
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
        form.add_error(None, str(whose))
    except KeyReused:
        form.add_error(None, _("This form was sent before with other words. Look at what was stored, then send again."))
    return CONFLICT, {}
