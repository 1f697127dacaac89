"""The forms of an incident's page: each step that is offered, with its words, its key and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from anlan.core.words import area_label, local
from anlan.core.workflow.moves import Words
from anlan.intake.queries.categories import categories
from anlan.intake.words import label
from anlan.triage.models import Incident
from anlan.triage.moves import ASKS, INCIDENTS
from anlan.triage.queries.organisations import others
from anlan.triage.states import Disposal

Choices = list[tuple[str, Words]]
LABELS: Final[Mapping[str, Words]] = {
    "to": _("To whom"), "reason": _("Reason"), "disposal": _("What came of it"), "category": _("Category"),
}  # fmt: skip
HINTS: Final[Mapping[str, Words]] = {
    "return": _("Why it is not ours"), "arbitrate": _("Why it is theirs"), "reopen": _("Why it is not over"),
}  # fmt: skip
NOTICES: Final[Mapping[str, Words]] = {"take_back": _("Its holder was closed.")}
CHOICES: Final[Mapping[str, Callable[[Incident], Choices]]] = {
    "to": lambda incident: [("", LABELS["to"]), *((holder.code, area_label(holder)) for holder in others(incident))],
    "disposal": lambda incident: [("", LABELS["disposal"]), *Disposal.choices],
    "category": lambda incident: [(found.code, label(found)) for found in categories() if found.active],
}


class Sent(NamedTuple):
    """A form that was refused: what was typed, why not, and which field that tells of."""

    posted: Mapping[str, str]
    wrong: str
    field: str | None = None

    @classmethod
    def of(cls, posted: Mapping[str, str], error: Exception) -> Sent:
        """Return what was posted and why it was refused."""
        return cls(posted, str(error), getattr(error, "field", None))


@dataclass(frozen=True)
class Field:
    """What a step asks for: a choice or words, as they are known or were sent, and why those were refused."""

    name: str
    label: Words
    choices: Choices
    hint: Words
    value: str
    wrong: str


@dataclass(frozen=True)
class Button:
    """A step that is offered: its verb, its words, its key, and whether it is the one that is waited for."""

    name: str
    label: Words
    key: str
    primary: bool = False


@dataclass(frozen=True)
class Form:
    """Steps that ask for the same, beside each other; under a `summary` that opens it where it is seldom needed."""

    buttons: list[Button]
    fields: list[Field]
    notice: Words = ""
    summary: Words = ""


def forms_of(incident: Incident, may: Mapping[str, Any], sent: Sent | None = None) -> list[Form]:
    """Return the forms of what somebody may do with an incident, in the order of its life cycle."""
    return list(_forms(incident, may, sent))


def disposal_of(incident: Incident, sent: Sent | None = None) -> Field:
    """Return the choice of what came of it: none is made beforehand, but for a result that is known."""
    return _field("disposal", incident, sent, "")


def at_field(forms: list[Form]) -> bool:
    """Whether one of these says at its field why it was refused."""
    return any(field.wrong for form in forms for field in form.fields)


def _forms(incident: Incident, may: Mapping[str, Any], sent: Sent | None) -> Iterator[Form]:
    if kept := may.get("undo"):
        until = f"{local(kept.until):%H:%M:%S}"
        yield Form([Button("undo", _("Undo, until %(until)s") % {"until": until}, "z")], [])
    offered = [known for known in INCIDENTS.moves if may.get(known.name)]
    awaited = next((known.name for known in offered if incident.state in known.due), "")
    for (asks, hint), alike in groupby(offered, key=lambda known: (ASKS.get(known.name, ()), HINTS.get(known.name))):
        moves = list(alike)
        again = sent if sent and sent.posted.get("verb") in {known.name for known in moves} else None
        buttons = [Button(known.name, known.label, known.key, known.name == awaited) for known in moves]
        fields = [_field(name, incident, again, hint or "") for name in asks]
        yield Form(buttons, fields, NOTICES.get(moves[0].name, ""))
    if may["confirm"]:
        again = sent if sent and sent.posted.get("verb") == "confirm" else None
        button = Button("confirm", _("Confirm category"), "y")
        yield Form([button], [_field("category", incident, again, "")], summary=_("What it really was"))


def _field(name: str, incident: Incident, sent: Sent | None, hint: Words) -> Field:
    known = {"disposal": incident.disposal, "category": incident.category.code}.get(name, "")
    choices = CHOICES[name](incident) if name in CHOICES else []
    value, wrong = (sent.posted.get(name, ""), sent.wrong if sent.field == name else "") if sent else (known, "")
    return Field(name, LABELS[name], choices, hint, value, wrong)
