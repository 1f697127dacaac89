"""What is personal in evidence can be destroyed; that there was evidence, and what it proved, stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.sealed import scrub
from anlan.prevention.actions.steps import locked_task
from anlan.prevention.models import Evidence
from anlan.prevention.rules import ErasureReason, PreventionRefused

ERASES = (Role.SUPERVISOR, Role.OPERATOR)
EMPTY: dict[str, Any] = {"words": "", "salt": None, "jpeg": None, "width": None, "height": None, "sha256": ""}


@verb("prevention.erasing.erase_evidence")
def erase_evidence(
    *, task: str, evidence: int, reason: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Destroy photo and words of one piece of evidence with its salt; states and results stay as they are."""
    actor.require(*ERASES)
    one = locked_task(task, actor)
    if reason not in ErasureReason.values:
        raise PreventionRefused(_("Choose why it is erased"), "reason")
    held = Evidence.objects.filter(pk=evidence, task=one, erased_at=None)
    if held.update(erased_at=at, **EMPTY):
        told = {"evidence": evidence, "reason": reason}
        ledger.append("prevention.evidence_erased", actor=actor, at=at, subject=f"task:{one.number}", payload=told)
        transaction.on_commit(scrub, robust=True)
    return {"task": one.number, "evidence": evidence}
