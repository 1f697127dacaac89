"""What the end of a clock does: effects that stages register, each run once by the system, whoever comes first."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from anlan.core import ledger
from anlan.core.ledger.writes import is_passing, write
from anlan.core.models import ClockRule, ClockRun
from anlan.core.people.actors import Actor, system
from anlan.core.time.clock import now, stamp

KIND: Final = "core.clock_expired"
ACTOR: Final = system("clocks")
BATCH: Final = 500
PATIENCE: Final = dt.timedelta(minutes=1)
LONGEST_S: Final = 1.0  # of one look: the ledger is sealed each second, by the same thread
log = logging.getLogger("anlan.clocks")
Lock = Callable[[str], object]


class Effect(Protocol):
    """What happens to a subject, written now, in force since its time was up."""

    def __call__(self, subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
        """Change the record and leave an entry that carries both moments."""


class Expiry(NamedTuple):
    """An effect, and how the record that it changes is locked."""

    effect: Effect
    lock: Lock | None


EXPIRIES: dict[str, Expiry] = {}


def expires(name: str, lock: Lock | None = None) -> Callable[[Effect], Effect]:
    """Register an effect under the name by which rules ask for it; the name is stored with rules and in the ledger.

    `lock` takes the lock of the subject's record. Verbs take that first and the clock's after it: so does the sweep.
    """

    def register(effect: Effect) -> Effect:
        if name in EXPIRIES:
            raise ValueError(f"the effect {name!r} is registered already")
        EXPIRIES[name] = Expiry(effect, lock)
        return effect

    return register


def expire(run_id: int, *, at: dt.datetime) -> bool:
    """End a run whose time is up and run its effect, in one write; return whether this call did it."""
    with write():
        wanted = ClockRun.objects.select_related("rule").get(pk=run_id)
        expiry = EXPIRIES.get(wanted.rule.effect)
        if expiry is None:  # the move or the sweep that came by goes on; `anlan status` counts what waits
            log.error("clock run %d of %s waits: no effect %r", run_id, wanted.rule.code, wanted.rule.effect)
            return False
        if expiry.lock:
            expiry.lock(wanted.subject)
        run = ClockRun.objects.lapsed(at).select_for_update(of=("self",)).filter(pk=run_id).first()
        if run is None:  # renewed or stopped meanwhile, or another was first
            return False
        run.expired_at = at
        run.save(update_fields=["expired_at"])
        payload = {"rule": wanted.rule.code, "effect": wanted.rule.effect, "effective_at": stamp(run.due_at)}
        ledger.append(KIND, actor=ACTOR, at=at, subject=run.subject, payload=payload)
        with write():  # what the effect leaves names this entry as its cause
            expiry.effect(run.subject, actor=ACTOR, at=at, effective_at=run.due_at)
    return True


@dataclass
class Sweep:
    """The worker's look at what has lapsed; an effect that fails is tried again later and holds up no other."""

    waits: dict[int, dt.datetime] = field(default_factory=dict)
    longest_s: float = LONGEST_S

    def run(self) -> int:
        """Run the effects whose time has come, as many as one look has time for; return how many."""
        at = now()
        if not ClockRule.objects.exclude(effect="").exists():
            return 0
        self.waits = {pk: until for pk, until in self.waits.items() if until > at}
        lapsed = ClockRun.objects.lapsed(at).exclude(pk__in=self.waits).order_by("due_at", "pk")
        end, count = time.monotonic() + self.longest_s, 0
        for pk in list(lapsed.values_list("pk", flat=True)[:BATCH]):
            count += self._expire(pk, at)
            if time.monotonic() >= end:
                break
        return count

    def _expire(self, pk: int, at: dt.datetime) -> bool:
        try:
            done = expire(pk, at=at)
            if not done and ClockRun.objects.lapsed(at).filter(pk=pk).exists():  # its effect is not known
                self.waits[pk] = at + PATIENCE
            return done
        except Exception as error:
            if is_passing(error):  # a record that somebody holds, a full disk: one line, and the next in its turn
                log.error("the effect of clock run %d has to wait: %s", pk, error)
            else:
                log.exception("the effect of clock run %d failed", pk)
            self.waits[pk] = at + PATIENCE
            return False
