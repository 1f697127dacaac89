"""Receiving many reports at once: good rows go in, the others come back with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from anlan.core.ledger.verbs import verb
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.intake.actions.reports import organisation_of, require_channel
from anlan.intake.actions.storage import facts, lock_days, store
from anlan.intake.models import Report, Tracking
from anlan.intake.public.codes import code_hash
from anlan.intake.queries.identity import earlier, identity, require_same, said_before, with_content_hashes
from anlan.intake.rules.reports import Checked, Facts, check


@verb("intake.receive_reports")
def receive_reports(
    *,
    rows: Sequence[dict[str, Any]],
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
    organisation_id: int | None = None,
    past: bool = False,
) -> dict[str, Any]:
    """Receive many reports: good rows go in, the others come back as `refused` with field, code and reason.

    Each row has the fields of `receive_report`; `line` and `record` are kept for the answer. Rows that were here
    before (same source and id, or without an id the same content) are counted as `repeated`. Anlan itself, which loads
    years at once, may say in `entered_at` when a row was typed in, and in `tracking_code` which code was told. With
    `past` they are a history, such as an imported list: nobody waits for them.
    """
    known = facts(at)
    good, refused = check_each(rows, lambda row: _checked(row, actor, known))
    new, repeated = _new(good, refused)
    report_ids = store(new, actor, at, organisation_of(actor, organisation_id), past=past) if new else []
    codes = [(pk, checked.tracking_code) for pk, checked in zip(report_ids, new, strict=True) if checked.tracking_code]
    Tracking.objects.bulk_create([Tracking(code_hash=code_hash(code), report_id=pk) for pk, code in codes])
    return {
        "accepted": len(report_ids),
        "repeated": repeated,
        "masked": sum(1 for checked in new if checked.masked),
        "refused": sorted(refused, key=lambda row: row["record"] or 0),
        "report_ids": report_ids,
    }


def refused_row(row: dict[str, Any], error: Refused) -> dict[str, Any]:
    """Return a refusal as plain JSON; it never carries what stood in the row."""
    return {
        "record": row.get("record"),
        "line": row.get("line"),
        "field": error.field or "",
        "code": error.code,
        "limits": error.limits,
        "reason": str(error),
    }


def check_each(
    rows: Sequence[dict[str, Any]], checked: Callable[[dict[str, Any]], Checked]
) -> tuple[list[tuple[dict[str, Any], Checked]], list[dict[str, Any]]]:
    """Return the rows that may be stored, each as it was checked, and the others as refusals."""
    good: list[tuple[dict[str, Any], Checked]] = []
    refused: list[dict[str, Any]] = []
    for row in rows:
        try:
            good.append((row, checked(row)))
        except Refused as error:
            refused.append(refused_row(row, error))
    hashed = with_content_hashes([(row, bool(sent.get("received_at"))) for sent, row in good])
    return [(sent, row) for (sent, _), row in zip(good, hashed, strict=True)], refused


def report_in(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a list without what says where in the list it stands."""
    report = row.copy()
    report.pop("line", None)
    report.pop("record", None)
    return report


def _checked(sent: dict[str, Any], actor: Actor, known: Facts) -> Checked:
    report = report_in(sent)
    entered = code = None
    if actor.is_system:
        entered, code = report.pop("entered_at", None), report.pop("tracking_code", None)
    else:
        require_channel(actor, str(report.get("channel", "")))
    if not (report.get("source_id") or report.get("received_at") or report.get("device_time")):
        raise Refused("no_identity", "source_id")
    checked = check(report, replace(known, at=entered) if entered and entered <= known.at else known)
    return checked._replace(tracking_code=code) if code else checked


def _new(good: list[tuple[dict[str, Any], Checked]], refused: list[dict[str, Any]]) -> tuple[list[Checked], int]:
    """Part the rows that are new from those that repeat an earlier report or an earlier row."""
    lock_days(checked.columns["received_at"] for _, checked in good)
    before: dict[tuple[str, ...], Report | Checked] = dict(earlier([checked for _, checked in good]))
    new: list[Checked] = []
    again: list[tuple[dict[str, Any], Report | Checked, Checked]] = []
    for sent, checked in good:
        same = identity(checked)
        assert same is not None
        if same not in before:
            before[same] = checked
            new.append(checked)
        else:
            again.append((sent, before[same], checked))
    return new, len(again) - _refuse_others(again, refused)


def _refuse_others(again: list[tuple[dict[str, Any], Report | Checked, Checked]], refused: list[dict[str, Any]]) -> int:
    """Refuse the rows that came under the number of an earlier report and say something else; return how many."""
    if not again:
        return 0
    others = 0
    said = said_before([(before, checked) for _, before, checked in again])
    for (sent, before, checked), is_said in zip(again, said, strict=True):
        try:
            require_same(before, checked, bool(sent.get("received_at")), is_said=is_said)
        except Refused as error:
            refused.append(refused_row(sent, error))
            others += 1
    return others
