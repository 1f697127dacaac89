"""How checked reports become rows and ledger entries; only called by the verbs, inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from anlan.core import ledger
from anlan.core.city.current import city, city_zone, kept
from anlan.core.ledger import canonical
from anlan.core.ledger.inserts import Columns, insert_columns
from anlan.core.ledger.verbs import asked_as
from anlan.core.people.actors import Actor
from anlan.core.sealed import commitments, new_salts
from anlan.core.sealed.files import PhotoBytes, columns_of
from anlan.core.series import Series, lock, next_of_each
from anlan.core.time.clock import latest, stamp
from anlan.intake.actions.first_look import await_looks
from anlan.intake.models import Attachment, Category, Report, ReportPersonal
from anlan.intake.models.received import UNASKED, covered, stated
from anlan.intake.rules.reports import Checked, Facts, is_live
from anlan.intake.states import Validity

RECEIVED = "intake.report_received"
EARLIEST = dt.datetime.min.replace(tzinfo=dt.UTC)
UNSAID = {"content_hash": None, **UNASKED}


def facts(at: dt.datetime) -> Facts:
    """Return what the rules need to know about this city now."""
    return replace(kept(_facts), at=at, latest=latest(at))


def _facts() -> Facts:
    here = city()
    known = list(Category.objects.filter(active=True).values_list("code", "id", "needs_place"))
    return Facts(
        EARLIEST,
        {code: pk for code, pk, _needed in known},
        (here.west, here.south, here.east, here.north) if here else None,
        frozenset(code for code, _pk, needed in known if not needed),
    )


class Taken(NamedTuple):
    """A checked report with who tells it, when, for whom, and the keyed call that it came by."""

    checked: Checked
    actor: Actor
    at: dt.datetime
    organisation_id: int | None
    verb_key: str


def store(
    rows: Sequence[Checked], actor: Actor, at: dt.datetime, organisation_id: int | None, *, past: bool
) -> list[int]:
    """Store checked reports of one call; return their ids."""
    by = asked_as()
    stored = store_each([Taken(checked, actor, at, organisation_id, by) for checked in rows], past=past)
    return [pk for pk, _number in stored]


def store_each(rows: Sequence[Taken], *, past: bool) -> list[tuple[int, str]]:
    """Store checked reports with their personal content and one ledger entry each; return their ids and numbers.

    Those for which somebody waits begin their first look; of the past nobody waits for any.
    """
    numbers = next_of_each(list(_days(row.checked.columns["received_at"] for row in rows)))
    columns = _columns(rows, numbers)
    ids = insert_columns(Report, columns)
    said = _keep_words([(pk, row) for pk, row in zip(ids, rows, strict=True) if any(row.checked.personal.values())])
    ledger.append_columns({
        "kind": [RECEIVED] * len(rows),
        "actor": [row.actor.name for row in rows],
        "at": [stamp(row.at) for row in rows],
        "subject": [f"report:{number}" for number in numbers],
        "cause_id": [None] * len(rows),
        "payload": _payloads(rows, columns | {"id": ids}, said),
    })  # fmt: skip
    waiting = [] if past else [(number, row.at) for number, row in zip(numbers, rows, strict=True) if _is_live(row)]
    await_looks(waiting)
    return list(zip(ids, numbers, strict=True))


def _columns(rows: Sequence[Taken], numbers: Sequence[str]) -> dict[str, Sequence[Any]]:
    """Return the reports column by column, as their table has them."""
    checked = [row.checked.columns for row in rows]
    always = {name: [each[name] for each in checked] for name in checked[0] if name not in UNSAID}
    said = {name: [each.get(name, unsaid) for each in checked] for name, unsaid in UNSAID.items()}
    return {**always, **said, "number": numbers, "organisation_id": [row.organisation_id for row in rows]}


def _keep_words(rows: Sequence[tuple[int, Taken]]) -> dict[int, str]:
    """Store the personal content of reports; return to what the entry of each commits."""
    salts, ids = new_salts(len(rows)), [pk for pk, _ in rows]
    content = {name: [row.checked.personal[name] for _, row in rows] for name in ReportPersonal.CONTENT}
    of: Columns = {"report_id": ids, "salt": salts, "verb_key": [row.verb_key for _, row in rows]}
    insert_columns(ReportPersonal, {**of, **content})
    return dict(zip(ids, commitments(salts, content), strict=True))


def _payloads(rows: Sequence[Taken], columns: Columns, said: Mapping[int, str]) -> list[str]:
    """Return what the entries say of the rows: which each is, what it commits to, and whether it counts."""
    codes = kept(_codes)
    covers = covered(stated({**columns, "category": [codes[pk] for pk in columns["category_id"]]}))
    each = zip(columns["id"], columns["validity"], covers, rows, strict=True)
    return [_payload(pk, validity, *covering, said.get(pk), row.checked.masked) for pk, validity, covering, row in each]


def _payload(pk: int, validity: str, digest: str, marks: str, words: str | None, masked: Sequence[str]) -> str:
    """Write a payload as canonical JSON: names in order; codes, hashes and marks have nothing to be escaped."""
    changed = f'"masked":{canonical(list(masked))},' if masked else ""
    personal = f'"personal":"{words}",' if words else ""
    counts = f',"validity":"{validity}"' if validity != Validity.VALID else ""
    return f'{{"marks":"{marks}",{changed}{personal}"report":{pk},"row":"{digest}"{counts}}}'


def _codes() -> dict[int, str]:
    return dict(Category.objects.values_list("id", "code"))


def keep_photos(report: Report, photos: Iterable[PhotoBytes], actor: Actor, at: dt.datetime) -> None:
    """Store a report's photos, each with its salt and one entry with its commitment."""
    for photo in photos:
        kept = Attachment.objects.create(report=report, **columns_of(photo))
        payload = {"attachment": kept.pk, "photo": kept.commitment()}
        ledger.append("intake.photo_kept", actor=actor, at=at, subject=f"report:{report.number}", payload=payload)


def lock_days(moments: Iterable[dt.datetime]) -> None:
    """Lock the local days of these moments, so that whoever stores the same report twice waits here."""
    lock(_days(moments))


def _is_live(row: Taken) -> bool:
    return is_live(*(row.checked.columns[name] for name in ("channel", "validity", "received_at", "entered_at")))


def _days(moments: Iterable[dt.datetime]) -> Iterator[Series]:
    """Yield the series of each moment's local day: R-160628-0412."""
    here = city_zone()
    series: dict[dt.date, Series] = {}
    for moment in moments:
        day = moment.astimezone(here).date()
        if day not in series:
            series[day] = Series("R", day)
        yield series[day]
