"""A process of its own for test_core_expiry_races: freezes an account, renews that, or sweeps, and can be held or die.

`thaw.py begin | renew | sweep [hold | die]` on the data directory of the environment; it prints what came of it.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

from anlan.core.operator.setup import open_platform

open_platform(seal_at_exit=False)

from anlan.core import ledger  # noqa: E402
from anlan.core.ledger.writes import write  # noqa: E402
from anlan.core.models import ClockRule, LedgerEntry, Organisation  # noqa: E402
from anlan.core.people.actors import Actor, system  # noqa: E402
from anlan.core.refusals import Refused  # noqa: E402
from anlan.core.time import clocks  # noqa: E402
from anlan.core.time.clock import frozen  # noqa: E402
from anlan.core.time.expiry import Sweep, expires  # noqa: E402

AT = dt.datetime(2016, 6, 28, 6, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SUBJECT, RULE = "account:1", "freeze"
meanwhile = sys.argv[2] if len(sys.argv) > 2 else ""


def tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def stand() -> None:
    """Wait in the middle of a write until the test says so, or die there."""
    if meanwhile == "die":
        os._exit(9)
    if meanwhile == "hold":
        tell("held")
        sys.stdin.readline()


def record(subject: str) -> None:
    """Lock what the effect changes; verbs do so before they touch its clock."""
    Organisation.objects.select_for_update().get(code="control")


@expires("test.thaw", lock=record)
def thaw(subject: str, *, actor: Actor, at: dt.datetime, effective_at: dt.datetime) -> None:
    ledger.append("test.thawed", actor=actor, at=at, subject=subject, payload={})
    stand()


def begin() -> None:
    ClockRule.objects.create(code=RULE, name=RULE, name_en=RULE, target_s=3600, effect="test.thaw")
    with write():
        clocks.start(RULE, subject=SUBJECT, at=AT, holder=None)


def renew() -> None:
    """Renew in the last minute."""
    try:
        with write():
            record(SUBJECT)
            stand()
            clocks.renew(RULE, subject=SUBJECT, at=AT + HOUR - HOUR / 60, due_at=AT + 2 * HOUR)
            ledger.append("test.renewed", actor=system("test"), at=AT, subject=SUBJECT, payload={})
    except Refused as error:
        tell(error.code)


def sweep() -> None:
    """Sweep at the moment at which it is due."""
    with frozen(AT + HOUR):
        tell(Sweep().run())


{"begin": begin, "renew": renew, "sweep": sweep}[sys.argv[1]]()
kinds = LedgerEntry.objects.filter(subject=SUBJECT).order_by("id").values_list("kind", flat=True)
tell(*kinds, "in force" if clocks.in_force(SUBJECT, RULE, AT + HOUR) else "over")
