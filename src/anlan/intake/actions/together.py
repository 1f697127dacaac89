"""Single reports that wait at the same time, stored as one: the same rows and answers as one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from anlan.core.ledger.inserts import insert_keyed
from anlan.core.people.actors import NotAllowed
from anlan.core.refusals import Refused
from anlan.core.time.clock import stamp
from anlan.intake.actions.reports import organisation_of, require_channel, with_asked
from anlan.intake.actions.storage import Taken, facts, lock_days, store_each
from anlan.intake.models import Tracking
from anlan.intake.public.codes import code_hash
from anlan.intake.queries.identity import identity, known_ids
from anlan.intake.rules.reports import FIELDS, Checked, check

PLAIN: Final = FIELDS | {"actor", "at", "key", "tracking_code"}  # what else is asked takes the verb itself


class Received(NamedTuple):
    """A report that is stored: what its sender is answered, and its row as it was checked."""

    answer: dict[str, Any]
    checked: Checked


def receive_together(asked: Sequence[tuple[dict[str, Any], str]]) -> list[Received | None]:
    """Store the reports that are new and plain; the others are None, and `receive_report` says what becomes of them.

    Each is told as the verb is asked, with the keyed call that it came by.
    """
    taken = {place: row for place, (sent, by) in enumerate(asked) if (row := _taken(sent, by))}
    lock_days(row.checked.columns["received_at"] for row in taken.values())
    new = dict(_new(taken))
    rows = list(new.values())
    stored = store_each(rows, past=False) if rows else []
    codes = [(asked[place][0].get("tracking_code"), pk) for place, (pk, _number) in zip(new, stored, strict=True)]
    insert_keyed(Tracking, [{"code_hash": code_hash(code), "report_id": pk} for code, pk in codes if code])
    answers = {
        place: Received(_answer(pk, number, row.checked), row.checked)
        for (place, row), (pk, number) in zip(new.items(), stored, strict=True)
    }
    return [answers.get(place) for place in range(len(asked))]


def _taken(sent: dict[str, Any], by: str) -> Taken | None:
    """Return a plain report as it may be stored, or None where the verb has to say more to it."""
    if not sent.keys() <= PLAIN:
        return None
    actor, at = sent["actor"], sent["at"]
    try:
        require_channel(actor, sent["channel"])
        checked = check({name: value for name, value in sent.items() if name in FIELDS}, facts(at))
        organisation_id = organisation_of(actor, None)
    except (Refused, NotAllowed):
        return None
    return Taken(with_asked(checked, (), None), actor, at, organisation_id, by)


def _new(taken: dict[int, Taken]) -> Iterable[tuple[int, Taken]]:
    """Yield those that repeat neither a stored report nor one before them."""
    seen = known_ids([row.checked for row in taken.values() if identity(row.checked)])
    for place, row in taken.items():
        same = identity(row.checked)
        if same is None or same not in seen:
            yield place, row
        if same is not None:
            seen.add(same)


def _answer(pk: int, number: str, checked: Checked) -> dict[str, Any]:
    entered = stamp(checked.columns["entered_at"])
    return {
        "report_id": pk,
        "number": number,
        "entered_at": entered,
        "masked": list(checked.masked),
        "repeated": False,
    }
