"""Words that open in place to who has the work in hand: the first look of each person is an entry, no redraw is.

The ledger itself says what was opened already, so nothing else has to be kept, and no words are read that it does
not name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anlan.core import ledger
from anlan.core.ledger import canonical
from anlan.core.models import LedgerEntry
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.sealed.models import SealedWords

Words = dict[str, str]
About = Mapping[str, str | int]


@dataclass(frozen=True)
class InPlace:
    """Words of some records as they stand for one work: those that were opened, and who is still to be noted."""

    opened: dict[int, Words]
    closed: list[int]


def note_openings(
    model: type[SealedWords],
    subjects: Mapping[int, str],
    *,
    fields: Sequence[str],
    purpose: str,
    about: About,
    actor: Actor,
    at: dt.datetime,
) -> list[int]:
    """Leave an entry for each record whose words this person opens for this work the first time; return those.

    The caller has looked up which records the actor may see. Where nothing is kept there is nothing to note.
    """
    actor.require(*model.SEAL.opens)
    if purpose not in model.SEAL.in_place:
        raise Refused("purpose_missing", "purpose")
    locked = model._base_manager.select_for_update().filter(**{f"{model.OWNER}__in": list(subjects)}).order_by("pk")
    kept = list(locked.values_list(model.OWNER, flat=True))  # two pages at once wait here for each other
    payload = _payload(fields, purpose, about)
    known = _noted(model, subjects.values(), payload, actor)
    fresh = [pk for pk in kept if subjects[pk] not in known]
    kind = model.SEAL.words_read
    ledger.append_rows([ledger.row_of(kind, actor, at, subjects[pk], payload) for pk in fresh])
    return fresh


def words_in_place(
    model: type[SealedWords],
    subjects: Mapping[int, str],
    *,
    fields: Sequence[str],
    purpose: str,
    about: About,
    actor: Actor,
) -> InPlace:
    """Return the words whose opening for this work stands in the ledger, and which records are not opened yet."""
    rows: Any = model._base_manager.filter(**{f"{model.OWNER}__in": list(subjects)})
    found = {getattr(row, model.OWNER): row for row in rows}
    known = _noted(model, [subjects[pk] for pk in found], _payload(fields, purpose, about), actor)
    opened = {
        pk: {name: str(getattr(row, name)) for name in fields} for pk, row in found.items() if subjects[pk] in known
    }
    return InPlace(opened, [pk for pk in found if pk not in opened])


def _payload(fields: Sequence[str], purpose: str, about: About) -> str:
    return canonical({"fields": sorted(fields), "purpose": str(purpose), **about})


def _noted(model: type[SealedWords], subjects: Collection[str], payload: str, actor: Actor) -> set[str]:
    """Return which records this person has opened for this very work, as the ledger says."""
    if not subjects:
        return set()
    entries = LedgerEntry.objects.filter(subject__in=list(subjects), kind=model.SEAL.words_read)
    return set(entries.filter(actor=actor.name, payload=payload).values_list("subject", flat=True))
