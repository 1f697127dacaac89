"""Evidence: a photo or a line of words with a task; what is personal in it can be destroyed, what it proved stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor, NotAllowed
from anlan.core.refusals import Refused
from anlan.core.sealed.files import PhotoBytes, columns_of
from anlan.core.sealed.openings import erase, open_file, require_opening
from anlan.prevention.actions.steps import locked_task
from anlan.prevention.models import Evidence, Problem, Task
from anlan.prevention.moves import PROVE, organisation_of


@verb("prevention.working.add_evidence")
def add_evidence(
    *, task: str, words: str = "", photo: PhotoBytes | None = None, actor: Actor, at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Add a photo (re-encoded by the caller) or a line of words to a task."""
    proved = locked_task(task, actor)
    PROVE.require(proved, actor=actor, at=at)
    if photo is None and not words.strip():
        raise Refused("evidence_empty", "photo")
    piece = Evidence.objects.create(task=proved, added_at=at, organisation_id=_proving(proved, actor),
                                    words=words.strip()[:200], **(columns_of(photo) if photo else {}))  # fmt: skip
    payload: dict[str, Any] = {"evidence": piece.pk}
    if photo is not None:
        payload["photo"] = piece.commitment()
    ledger.append("prevention.evidence_added", actor=actor, at=at, subject=f"task:{proved.number}", payload=payload)
    return {"task": proved.number, "evidence": piece.pk}


@verb("prevention.evidence.read_photo")
def read_evidence(*, task: str, evidence: int, purpose: str, actor: Actor, at: dt.datetime) -> bytes:
    """Open one photo of a task's evidence, as JPEG bytes; an entry with its purpose."""
    require_opening(Evidence, purpose, actor)
    seen = Evidence.objects.filter(task__problem__in=Problem.objects.visible_to(actor).values("pk"))
    piece = seen.filter(pk=evidence, task__number=task, jpeg__isnull=False).first()
    if piece is None:
        raise NotAllowed(f"{actor.name} may not open this photo, or it does not exist")
    return open_file(piece, f"task:{task}", purpose=purpose, actor=actor, at=at)


@verb("prevention.erasing.erase_evidence")
def erase_evidence(
    *, task: str, evidence: int, reason: str, actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Destroy photo and words of one piece of evidence with its salt; states and results stay as they are."""
    actor.require(*Evidence.SEAL.erases)
    proved = locked_task(task, actor)
    Evidence.SEAL.require_reason(reason)
    if any(erase(Evidence.objects.filter(pk=evidence, task=proved), at=at)):
        payload = {"evidence": evidence, "reason": reason}
        ledger.append(
            "prevention.evidence_erased", actor=actor, at=at, subject=f"task:{proved.number}", payload=payload
        )
    return {"task": proved.number, "evidence": evidence}


def _proving(task: Task, actor: Actor) -> int | None:
    """Return whose evidence it is: the doer's own, or a verifier's."""
    own = actor.is_system or task.organisation_id in actor.organisation_ids
    return task.organisation_id if own else organisation_of(actor)
