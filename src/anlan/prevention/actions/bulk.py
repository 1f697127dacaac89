"""Many works done and many results at once: the same rows and entries as the single verbs leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from anlan.core import ledger
from anlan.core.city.current import city_read_once
from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.prevention.actions.results import result_of, settle, verifier_of
from anlan.prevention.actions.steps import entry, locked, locked_tasks
from anlan.prevention.actions.tasks import refresh_due, withdraw_requests
from anlan.prevention.models import Evidence, Result, Task
from anlan.prevention.moves import PROBLEMS, TASKS
from anlan.prevention.queries.storms import last_stood, look_back


@verb("prevention.bulk.finish_tasks")
def finish_tasks(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Say of many tasks that works are done: rows of `task`, a line of `words` as evidence, and `at` if earlier."""
    found = locked_tasks([row["task"] for row in rows], actor)
    proofs = [_proof(found[row["task"]], row, at) for row in rows]
    with city_read_once():
        steps = [
            TASKS.decide("finish", proof.task, {"by": actor.name}, actor=actor, at=proof.added_at) for proof in proofs
        ]
    for proof in proofs:
        _require_moment(proof.added_at, proof.task.problem.raised_at, at)
    Evidence.objects.bulk_create(proofs, batch_size=500)
    ledger.append_many([
        entry("evidence_added", f"task:{proof.task.number}", actor, proof.added_at, {"evidence": proof.pk})
        for proof in proofs
    ])  # fmt: skip
    TASKS.store(steps, actor)
    withdraw_requests({proof.task: proof.added_at for proof in proofs}, actor)
    refresh_due({proof.task.problem: proof.added_at for proof in proofs})
    return {"tasks": [row["task"] for row in rows]}


def _proof(task: Task, row: Mapping[str, Any], at: dt.datetime) -> Evidence:
    words = row.get("words", "").strip()[:200]
    task.is_proved = bool(words)
    return Evidence(task=task, added_at=row.get("at", at), organisation_id=task.organisation_id, words=words)


def _require_moment(moment: dt.datetime, since: dt.datetime, at: dt.datetime) -> None:
    """Refuse a row of a moment at which it cannot have been done yet, or after the whole is told."""
    if not since <= moment <= at:
        raise Refused("moment_out_of_bounds", "at")


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
    found = locked_tasks([row["task"] for row in rows], actor)
    verifier = verifier_of(by, actor, found.values())
    with city_read_once():
        steps = [
            TASKS.decide("verify", found[row["task"]], {"words": "", **row, "by": verifier}, actor=actor,
                         at=row.get("at", at)) for row in rows
        ]  # fmt: skip
    for step in steps:
        _require_moment(step.at, step.record.finished_at, at)
    TASKS.store(steps, actor)
    results = [result_of(step) for step in steps]
    Result.objects.bulk_create(results, batch_size=500)
    settle({result.task.problem: result.verified_at for result in results}, actor)
    return {
        "tasks": [{"task": task.number, "state": task.state, "problem": task.problem.state} for task in found.values()]
    }


@verb("prevention.bulk.strike_off_tested")
def strike_off_tested(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, at: dt.datetime, key: str | None = None
) -> dict[str, Any]:
    """Take many problems off the list: rows of `problem` and `reference`; what no rain has tested yet stays on it."""
    if not rows:
        return {"problems": []}
    found = {problem.number: problem for problem in locked([row["problem"] for row in rows], actor)}
    look_back(list(found.values()), at)
    steps = []
    with city_read_once():
        for row in rows:
            problem = found[row["problem"]]
            paper = {"storm": last_stood(problem, at), "reference": row.get("reference", "").strip()[:80]}
            try:
                steps.append(PROBLEMS.decide("strike_off", problem, paper, actor=actor, at=at))
            except Refused as refused:
                if refused.code != "not_rain_tested":
                    raise
    PROBLEMS.store(steps, actor)
    return {"problems": [step.record.number for step in steps]}
