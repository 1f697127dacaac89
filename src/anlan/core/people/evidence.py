"""From where log-ins came, each against the entry that committed to it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from anlan.core.ledger.evidence import Blame, evidence, in_stretches
from anlan.core.ledger.triggers import protect
from anlan.core.models import LedgerEntry, SignInOrigin
from anlan.core.sealed.kept import words_kept

SIGNED_IN: Final = ("core.logged_in", "core.login_failed")
ERASED: Final = "core.login_origins_erased"

protect(SignInOrigin, "from where somebody signed in is never edited, only erased", may_go=True)


@dataclass(frozen=True)
class Erasing:
    """One erasing: of whose log-ins (or everybody's), and of those before which moment (or all until then)."""

    entry: int
    subject: str
    before: str | None

    def covers(self, said: LedgerEntry) -> bool:
        """Whether it took away from where this log-in came."""
        is_whose = self.subject in {"sign_in", said.subject}
        is_old = self.before is None or dt.datetime.fromisoformat(said.at) < dt.datetime.fromisoformat(self.before)
        return said.pk < self.entry and is_whose and is_old


@evidence("core.sign_ins", SignInOrigin, free={"SignInOrigin.id": "names nothing"})
def check_origins(blame: Blame) -> int:
    """Walk all log-ins of people who are known, beside what is sealed of each."""
    seen, erasings = 0, _erasings()
    for found in in_stretches(LedgerEntry.objects.filter(kind__in=SIGNED_IN).exclude(subject="sign_in")):
        said = {json.loads(entry.payload)["sign_in"]: entry for entry in found}
        kept = words_kept(SignInOrigin, said)
        for sign_in, entry in said.items():
            seen += 1
            if fault := _fault(entry, kept.get(sign_in), erasings):
                blame(f"sign-in {sign_in:d}: from where it came {fault}")
    return seen


def _fault(said: LedgerEntry, kept: str | None, erasings: Sequence[Erasing]) -> str:
    if any(erasing.covers(said) for erasing in erasings):
        return "" if kept is None else "was erased and is there"
    if kept is None:
        return "is gone"
    return "" if kept == json.loads(said.payload)["origin"] else "is not as it was sealed"


def _erasings() -> list[Erasing]:
    found = LedgerEntry.objects.filter(kind=ERASED).order_by("pk").values_list("pk", "subject", "payload")
    return [Erasing(pk, subject, json.loads(payload)["before"]) for pk, subject, payload in found]
