"""A step sent from a page: taken, or refused at the field with what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from anlan.core.ledger.verbs import KeyReused
from anlan.core.people.actors import NotAllowed
from anlan.prevention.forms.steps import StepForm
from anlan.prevention.rules import PreventionRefused

TAKEN, CONFLICT, WRONG = 200, 409, 422


def send(form: StepForm, verb: str, act: Callable[..., dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Take a step with what was typed; the status says how it went, and the form says why it was not taken."""
    if not form.is_valid():
        return WRONG, {}
    try:
        return TAKEN, act(**form.told())
    except PreventionRefused as refused:
        field = form.field_of(refused.field)
        form.add_error(field, str(refused))
        return WRONG if field else CONFLICT, {}
    except NotAllowed:
        form.add_error(None, not_yours(verb))
    except KeyReused:
        form.add_error(None, _("This form was sent before with other words. Look at what was stored, then send again."))
    return CONFLICT, {}


def not_yours(verb: str) -> str:
    """Say whose step it is, to somebody whose step it is not."""
    return {
        "instruct": _("A supervisor notes the government's instruction; the police report what fails and task nobody."),
        "arbitrate": _("A leader who does not belong to the lead decides whose it is; ask one."),
        "plan_tasks": _("An officer of the lead plans the tasks; ask the lead."),
        "sign_for": _("An officer of the lead signs for it; ask the lead."),
        "return": _("An officer of the lead returns it; ask the lead."),
        "strike_off": _("A supervisor who belongs neither to the lead nor to a doer strikes it off; ask one."),
        "add_evidence": _("Evidence comes from the organisation that does the task, or from a verifier."),
        "finish": _("An officer of the organisation that does the task says that works are done."),
        "verify": _(
            "Whoever did the work, or belongs to the organisation that did or to the lead, cannot verify it;"
            " somebody else does."
        ),
        "ask_extension": _("An officer of the organisation that does the task asks for a later deadline."),
        "extend": _("A supervisor of another organisation grants a later deadline; ask one."),
        "refuse_extension": _("A supervisor of another organisation answers what is asked for; ask one."),
        "record_storm": _("An analyst, a supervisor or the operator records storms, as they were measured."),
        "issue": _("A supervisor issues lists, of tasks that they may see."),
    }.get(verb, _("This step is not yours; ask the supervisor."))
