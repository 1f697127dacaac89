"""Work that one organisation hands to another: signed for, returned with a reason, at last decided by an arbiter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from anlan.core.city.current import city, kept
from anlan.core.models.worded import Worded
from anlan.core.refusals import Refused
from anlan.core.workflow.moves import Apply, Change, Move, move
from anlan.core.workflow.who import Who

RETURNS_ALLOWED = 1  # the second return goes to the arbiter


class Held(Worded):
    """What somebody holds, how often it came back, and whether the arbiter's word on whose it is stands."""

    returns = models.PositiveSmallIntegerField(default=0)
    arbitrated = models.BooleanField(default=False)

    class Meta:
        abstract = True


def returns_allowed() -> int:
    """Return how often work goes back to who gave it, by `returns_allowed` of city.toml; then the arbiter decides."""
    return kept(_of_city)


def _of_city() -> int:
    here = city()
    return int(here.option("returns_allowed", RETURNS_ALLOWED)) if here else RETURNS_ALLOWED


@dataclass(frozen=True)
class Holding:
    """How one stage hands over: its four states, who holds and who decides, and what else a step changes there.

    `reason` returns the written reason of a move or refuses; `back` and `given` say whose the work is once it was
    returned (to the arbiter, or to who gave it) and once the arbiter gave it to somebody.
    """

    handed: str
    signed: str
    returned: str
    disputed: str
    holder: Who
    arbiter: Who
    reason: Callable[[str, str], str]
    given: Apply
    back: Callable[[Any, Mapping[str, Any], bool], Change] = lambda record, values, disputed: Change()

    def sign_for(self, also: Iterable[str] = (), **declared: Any) -> Move:
        """Declare that the holder signs for what was handed over; `also` are other states that this may lead to."""
        return move("sign_for", self.handed, [self.signed, *also], due=self.handed, who=self.holder, **declared)

    def send_back(self, **declared: Any) -> Move:
        """Declare that the holder returns it with a reason, unless the arbiter has decided."""
        source, to = [self.handed, self.signed], [self.returned, self.disputed]
        return move("return", source, to, who=self.holder, when=undecided, apply=self._sent_back, **declared)

    def arbitrate(self, **declared: Any) -> Move:
        """Declare that the arbiter decides whose it is; the decision stands."""
        return move("arbitrate", self.disputed, self.handed, due=self.disputed, turn="arbiter", who=self.arbiter,
                    apply=self._decided, **declared)  # fmt: skip

    def _sent_back(self, record: Held, values: Mapping[str, Any], at: dt.datetime) -> Change:
        words, returns = self.reason(values["reason"], "return"), record.returns + 1
        disputed = returns > returns_allowed()
        also = self.back(record, values, disputed)
        return also._replace(
            fields={"returns": returns, **also.fields}, payload={"returns": returns, **also.payload},
            words=words, to=self.disputed if disputed else self.returned,
        )  # fmt: skip

    def _decided(self, record: Held, values: Mapping[str, Any], at: dt.datetime) -> Change:
        words = self.reason(values["reason"], "arbitrate")
        given = self.given(record, values, at)
        return given._replace(fields={"arbitrated": True, **given.fields}, words=words)


def undecided(record: Held, at: dt.datetime) -> Refused | None:
    """Refuse to return what the arbiter decided."""
    return Refused("arbiter_has_decided") if record.arbitrated else None
