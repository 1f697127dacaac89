"""Evidence: a photo or a line of words with a task; what is personal in it can be destroyed, what it proved stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.refusals import Refused
from anlan.core.sealed import commitment, new_salt, scrub
from anlan.intake.actions.storage import PhotoBytes
from anlan.prevention.access import ERASES
from anlan.prevention.actions.steps import locked_task, organisation_of, require_holder
from anlan.prevention.models import Evidence, Task
from anlan.prevention.states import ErasureReason, TaskState

EMPTY: dict[str, Any] = {"words": "", "salt": None, "jpeg": None, "width": None, "height": None, "sha256": ""}


@verb("prevention.working.add_evidence")
def add_evidence(
    *, task: str, words: str = "", photo: PhotoBytes | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Add a photo (re-encoded by the caller) or a line of words to a task."""
    actor.require(Role.OFFICER, Role.VERIFIER)
    proved = locked_task(task, actor)
    _require_proving(proved, words, photo, actor)
    piece = Evidence.objects.create(task=proved, added_at=at, organisation_id=_proving(proved, actor),
                                    words=words.strip()[:200], **_kept(photo))  # fmt: skip
    payload: dict[str, Any] = {"evidence": piece.pk}
    if photo is not None and piece.salt:
        payload["photo"] = commitment(bytes(piece.salt), {"jpeg": photo.jpeg})
    ledger.append("prevention.evidence_added", actor=actor, at=at, subject=f"task:{proved.number}", payload=payload)
    return {"task": proved.number, "evidence": piece.pk}


@verb("prevention.erasing.erase_evidence")
def erase_evidence(
    *, task: str, evidence: int, reason: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Destroy photo and words of one piece of evidence with its salt; states and results stay as they are."""
    actor.require(*ERASES)
    proved = locked_task(task, actor)
    if reason not in ErasureReason.values:
        raise Refused("erasure_reason_missing", "reason")
    held = Evidence.objects.filter(pk=evidence, task=proved, erased_at=None)
    if held.update(erased_at=at, **EMPTY):
        payload = {"evidence": evidence, "reason": reason}
        ledger.append(
            "prevention.evidence_erased", actor=actor, at=at, subject=f"task:{proved.number}", payload=payload
        )
        transaction.on_commit(scrub, robust=True)
    return {"task": proved.number, "evidence": evidence}


def _require_proving(task: Task, words: str, photo: PhotoBytes | None, actor: Actor) -> None:
    """Refuse evidence of nothing, of works that have passed, or from whoever neither does nor verifies them."""
    if photo is None and not words.strip():
        raise Refused("evidence_empty", "photo")
    if task.state == TaskState.PASSED:
        raise Refused("works_have_passed")
    if Role.VERIFIER not in actor.roles:
        require_holder(actor, task.organisation)


def _proving(task: Task, actor: Actor) -> int | None:
    """Return whose evidence it is: the doer's own, or a verifier's."""
    own = actor.is_system or task.organisation_id in actor.organisation_ids
    return task.organisation_id if own else organisation_of(actor)


def _kept(photo: PhotoBytes | None) -> dict[str, Any]:
    if photo is None:
        return {}
    return {"salt": new_salt(), "jpeg": photo.jpeg, "width": photo.width, "height": photo.height,
            "sha256": photo.sha256}  # fmt: skip
