"""What is kept to know a report again, by which whoever holds the data directory could guess its words."""

from __future__ import annotations

import json
from collections.abc import Container

from anlan.core.ledger.verbs import forget
from anlan.core.models import LedgerEntry, VerbKey
from anlan.intake.models import Attachment, Report, ReportPersonal, Tracking

RECEIVED = "intake.report_received"


def forget_content(report: Report) -> None:
    """Erase a report's content hash, the hash of a code that can be derived, and fingerprints from before `verb_key`.

    The fingerprint of the keyed call that it came by goes with the sealed row that names the call.
    """
    Report.objects.filter(pk=report.pk).update(content_hash=None)
    if _is_partners(report):  # its code follows from the key that the partner chose, and that is stored
        Tracking.objects.filter(report=report).delete()
    before = {"report": report, "verb_key": None}
    if ReportPersonal.objects.filter(**before).exists() or Attachment.objects.filter(**before).exists():
        forget(calls_about({report.pk}, str(report.pk)))


def calls_about(reports: Container[int], named: str = "") -> list[str]:
    """Return the scopes of the keyed calls whose answers name one of these reports; it reads all answers."""
    answers = VerbKey.objects.filter(result__contains='"report_id').filter(result__contains=named)
    return [each.key for each in answers.iterator() if _names(json.loads(each.result or ""), reports)]


def _names(answer: object, reports: Container[int]) -> bool:
    """Whether an answer is that of receiving one of the reports: it says when the report was entered, or lists many."""
    if not isinstance(answer, dict):
        return False
    received = [answer["report_id"]] if "entered_at" in answer and "report_id" in answer else []
    return any(pk in reports for pk in [*received, *(answer.get("report_ids") or ())])


def _is_partners(report: Report) -> bool:
    received = LedgerEntry.objects.filter(subject=f"report:{report.number}", kind=RECEIVED)
    return received.filter(actor__startswith="client:").exists()
