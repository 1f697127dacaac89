"""The ledger verified by itself, beside everything else and slowly; what was found stands in an entry of its own."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from anlan.core import jobs, ledger
from anlan.core.ledger import heads
from anlan.core.ledger.verbs import verb
from anlan.core.ledger.verification import Verdict, verify
from anlan.core.messages import actions as messages
from anlan.core.models import City, Contact, Job, LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.time.clock import now

KIND: Final = "core.ledger_verified"
JOB: Final = "core.verify_ledger"
PURPOSE: Final = "ledger_alarm"
TEMPLATE: Final = "core.ledger_alarm"
SETTLED_S: Final = 600.0  # a process that has just begun has other things to do
LONGEST_REST_S: Final = 1.0
NAMED: Final = 20  # faults that the entry names: what differs and where, never what stands there
_begun = time.monotonic()
log = logging.getLogger("anlan.ledger")


@dataclass(frozen=True)
class Found:
    """What the last verification found, and when."""

    at: dt.datetime
    ok: bool
    entries: int
    heads: int
    faults: int
    named: tuple[str, ...] = ()  # the first of them


def last_found() -> Found | None:
    """Return what the last verification by itself found."""
    entry = LedgerEntry.objects.filter(kind=KIND).order_by("-id").first()
    if entry is None:
        return None
    payload = json.loads(entry.payload)
    named = tuple(payload.get("named", ()))
    return Found(dt.datetime.fromisoformat(entry.at), payload["ok"], payload["entries"], payload["heads"],
                 payload["faults"], named)  # fmt: skip


def running() -> Job | None:
    """Return the verification that somebody asked for and that has not come to its end."""
    return Job.objects.filter(name=JOB, state=Job.State.READY).first()


def is_due(at: dt.datetime) -> bool:
    """Whether the last verification is longer ago than the operator wants."""
    if not settings.VERIFY_EVERY_H or time.monotonic() - _begun < SETTLED_S or not ledger.head_position():
        return False
    last = last_found()
    since = at - dt.timedelta(hours=settings.VERIFY_EVERY_H)
    return last is None or not since < last.at <= at  # what lies ahead is of a clock that was set back since


def watch(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Verify everything and compare it with the kept heads; note what was found, and raise the alarm."""
    verdict = verify(progress=progress or _Slowly())
    kept = sum(1 for _ in heads.kept())
    for fault in heads.faults():
        verdict.blame(fault)
    for fault in verdict.faults:
        log.error("the ledger does not verify: %s", fault)
    faults = len(verdict.faults) + verdict.more_faults
    found: dict[str, Any] = {
        "ok": verdict.ok, "entries": verdict.entries + verdict.unsealed, "heads": kept, "faults": faults,
        "position": verdict.position, "head": verdict.head, "named": verdict.faults[:NAMED],
    }  # fmt: skip
    note_verification(found=found, actor=heads.ME, at=now())
    return verdict


@verb("core.ledger.ask_to_verify")
def ask_to_verify(*, actor: Actor, at: dt.datetime) -> dict[str, int]:
    """Have everything verified now, in the background; while that runs it is not asked for again."""
    actor.require(Role.AUDITOR)
    list(City.objects.select_for_update().all())  # two presses at once
    if asked := running():
        return {"job": asked.pk}
    job = jobs.enqueue(JOB, {}, actor=actor)
    ledger.append("core.verification_asked", actor=actor, at=at, subject="ledger:verification", payload={"job": job})
    return {"job": job}


@verb("core.ledger.note_verification")
def note_verification(*, found: dict[str, Any], actor: Actor, at: dt.datetime) -> int:
    """Note what a verification found; where something is wrong send word to the contacts who consented to that."""
    actor.require()
    entry = ledger.append(KIND, actor=actor, at=at, subject="ledger:verification", payload=found)
    contacts = Contact.objects.none() if found["ok"] else Contact.objects.consenting(PURPOSE, at)
    for contact in contacts.values_list("pk", flat=True):
        values = {"faults": found["faults"], "position": found["position"]}
        messages.send(contact_id=contact, purpose=PURPOSE, template=TEMPLATE, values=values, cause=entry, actor=actor,
                      at=at)  # fmt: skip
    return entry


class _Slowly:
    """Rests after each seal as long as it took, so that at most half of one core is busy."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        time.sleep(min(time.monotonic() - self._since, LONGEST_REST_S))
        self._since = time.monotonic()
