"""Many works done and many results at once: the same rows and entries as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.prevention.actions.results import judged, settle, verifier_of
from anlan.prevention.actions.steps import entry, locked_tasks
from anlan.prevention.actions.tasks import DONE, done, refresh_due, withdraw_requests
from anlan.prevention.models import Evidence, Result, Task


@verb("prevention.bulk.finish_tasks")
def finish_tasks(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say of many tasks that works are done: rows of `task`, with a line of `words` as evidence."""
    actor.require(Role.OFFICER)
    found = locked_tasks([row["task"] for row in rows], actor)
    proofs, told = [], []
    for row in rows:
        one, moment, words = found[row["task"]], row.get("at", at), row.get("words", "").strip()[:200]
        told.append(done(one, actor, moment, proved=bool(words)))
        proofs.append(Evidence(task=one, added_at=moment, organisation_id=one.organisation_id, words=words))
    Evidence.objects.bulk_create(proofs, batch_size=500)
    Task.objects.bulk_update(found.values(), DONE, batch_size=200)
    withdraw_requests(found.values(), at)
    ledger.append_many([
        row
        for proof, payload in zip(proofs, told, strict=True)
        for row in (
            entry("evidence_added", f"task:{proof.task.number}", actor, proof.added_at, {"evidence": proof.pk}),
            entry("works_done", f"task:{proof.task.number}", actor, proof.added_at, payload),
        )
    ])  # fmt: skip
    refresh_due({proof.task.problem: proof.added_at for proof in proofs})
    return {"tasks": [row["task"] for row in rows]}


@verb("prevention.bulk.verify_tasks")
def verify_tasks(
    *,
    rows: Sequence[Mapping[str, Any]],
    by: str | None = None,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Accept or refuse many works: rows of `task passed words`; the last that passes accepts its problem."""
    actor.require(Role.VERIFIER)
    found, verifier = locked_tasks([row["task"] for row in rows], actor), verifier_of(by, actor)
    found_so = [
        judged(found[row["task"]], row["passed"], row.get("words", ""), verifier, actor, row.get("at", at))
        for row in rows
    ]
    results = [result for result, _ in found_so]
    Task.objects.bulk_update(found.values(), ["state"], batch_size=200)
    Result.objects.bulk_create(results, batch_size=500)
    ledger.append_many([
        entry("task_verified", f"task:{result.task.number}", actor, result.verified_at, told)
        for result, told in found_so
    ])  # fmt: skip
    settle({result.task.problem: result.verified_at for result in results}, actor)
    return {"tasks": [{"task": one.number, "state": one.state, "problem": one.problem.state} for one in found.values()]}
