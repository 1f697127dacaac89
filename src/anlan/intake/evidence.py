"""Reports and what belongs to them, each against its entries; and what the database itself refuses to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from anlan.core.ledger.evidence import Blame, Said, called, entries_of, evidence, gone, in_stretches, number_in
from anlan.core.ledger.triggers import protect
from anlan.core.models import LedgerEntry
from anlan.core.sealed.kept import differs, files_kept, words_kept
from anlan.core.time.clock import stamp
from anlan.intake.models import Addition, Answer, Attachment, Category, Erasure, Report, ReportPersonal
from anlan.intake.models.received import differing, stated

RECEIVED: Final = "intake.report_received"
VALIDITY: Final = "intake.validity_set"
ERASED: Final = "intake.report_erased"
PHOTO: Final = "intake.photo_kept"
ANSWERED: Final = "intake.questions_answered"
ADDED: Final = "intake.report_added_to"
KINDS: Final = (RECEIVED, VALIDITY, ERASED, PHOTO, ANSWERED, ADDED)
FREE: Final = {
    "Report.content_hash": "by which a delivery is known again; keyed, and erased with the words",
    "ReportPersonal.id": "names nothing",
    "Answer.id": "names nothing",
    "Erasure.id": "names nothing",
    "Addition.id": "names nothing",
}

protect(Report, "a report is evidence: it is never edited or deleted", may_change={"validity", "content_hash"})
protect(ReportPersonal, "what was said is evidence: it is never edited, only erased", may_go=True)
protect(Attachment, "a photo is evidence: it is never edited, only erased", may_go=True)
protect(Answer, "an answer is evidence: it is never edited or deleted")
protect(Addition, "an addition is evidence: it is never edited or deleted")


@dataclass(frozen=True)
class Beside:
    """What is kept beside some reports, by report."""

    words: dict[int, str]
    photos: dict[int, set[int]]
    answers: dict[int, set[tuple[str, str]]]
    additions: dict[int, set[int]]
    erasures: dict[int, tuple[str, str]]


@evidence("intake.reports", Report, ReportPersonal, Attachment, Answer, Addition, Erasure, free=FREE)
def check_reports(blame: Blame) -> int:
    """Walk all reports beside their entries, then name those whose row is gone."""
    seen = received = 0
    codes = dict(Category.objects.values_list("pk", "code"))
    for found in in_stretches(Report.objects.all()):
        said, beside = entries_of(map(_subject, found), KINDS), _beside(found)
        for report in found:
            seen += 1
            received += any(each.kind == RECEIVED for each in said[_subject(report)])
            for fault in _faults(report, codes.get(report.category_id, ""), said[_subject(report)], beside):
                blame(f"report {called(report.number)}: {fault}")
    if received != LedgerEntry.objects.filter(kind=RECEIVED).count():
        for number in gone(RECEIVED, lambda subject, _said: number_in(subject), Report, "number"):
            blame(f"report {called(number)}: its row is gone")
    return seen


def _faults(report: Report, category: str, said: Sequence[Said], beside: Beside) -> Iterator[str]:
    first = next((each for each in said if each.kind == RECEIVED), None)
    if first is None:
        yield "no entry says that it was received"
        return
    of: dict[str, list[Said]] = {kind: [] for kind in KINDS}
    for each in said:
        of[each.kind].append(each)
    validities = [report.validity, *(each.payload["from"] for each in reversed(of[VALIDITY]))]
    stored = report.__dict__ | {"validity": validities[-1], "category": category}
    row = {name: column[0] for name, column in stated({name: [value] for name, value in stored.items()}).items()}
    for name in differing(first.payload, row):
        yield f"{name} is not as its entry says"
    if of[VALIDITY] and of[VALIDITY][-1].payload["to"] != report.validity:
        yield "validity is not as it was set last"
    yield from _words(report, first, of[ERASED], beside)
    yield from _photos(report, of[PHOTO], of[ERASED], beside)
    yield from _others(report, of, beside)


def _words(report: Report, first: Said, erased: Sequence[Said], beside: Beside) -> Iterator[str]:
    """Name words that were changed, put in or taken away; erasing is an entry, so erased words are no fault."""
    kept, due = beside.words.get(report.pk), None if erased else first.payload.get("personal")
    if kept != due:
        yield f"its words {'are gone' if kept is None else 'are not as they were received'}"


def _photos(report: Report, kept: Sequence[Said], erased: Sequence[Said], beside: Beside) -> Iterator[str]:
    last = erased[-1].pk if erased else 0
    due = {each.payload["attachment"]: each.payload["photo"] for each in kept if each.pk > last}
    there = beside.photos.get(report.pk, set())
    for pk in sorted(due.keys() ^ there):
        yield f"its photo {pk:d} {'is gone' if pk in due else 'was never kept, or was erased'}"
    for pk in sorted(due.keys() & there):
        for name in differs(Attachment, pk, due[pk]):
            yield f"its photo {pk:d}: {name} is not as it was kept"


def _others(report: Report, of: dict[str, list[Said]], beside: Beside) -> Iterator[str]:
    answers = {(code, each.at) for each in of[ANSWERED] for code in each.payload["answers"]}
    if answers != beside.answers.get(report.pk, set()):
        yield "its later answers are not as they were given"
    if {each.payload["added"] for each in of[ADDED]} != beside.additions.get(report.pk, set()):
        yield "its additions are not as they were received"
    first = of[ERASED][0] if of[ERASED] else None
    if (first and (first.at, first.payload["reason"])) != beside.erasures.get(report.pk):
        yield "its erasure is not as its entry says"


def _beside(reports: Sequence[Report]) -> Beside:
    ids = [report.pk for report in reports]
    answers = Answer.objects.filter(report__in=ids).values_list("report_id", "question__code", "at")
    additions = Addition.objects.filter(first__in=ids).values_list("first_id", "report_id")
    erasures = Erasure.objects.filter(report__in=ids).values_list("report_id", "at", "reason")
    return Beside(
        words_kept(ReportPersonal, ids),
        files_kept(Attachment, "report_id", ids),
        _by_report((pk, (code, stamp(at))) for pk, code, at in answers),
        _by_report(additions),
        {pk: (stamp(at), reason) for pk, at, reason in erasures},
    )


def _by_report(pairs: Any) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = {}
    for pk, value in pairs:
        found.setdefault(pk, set()).add(value)
    return found


def _subject(report: Report) -> str:
    return f"report:{report.number}"
