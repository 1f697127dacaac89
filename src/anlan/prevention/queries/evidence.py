"""Photos and words with a task, each against its entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery

from anlan.core.ledger.evidence import Blame, Said, called, evidence, gone, with_entries
from anlan.core.ledger.triggers import protect
from anlan.core.sealed.kept import differs, is_empty
from anlan.core.time.clock import stamp
from anlan.prevention.models import Evidence, Task

ADDED: Final = "prevention.evidence_added"
ERASED: Final = "prevention.evidence_erased"
FREE: Final = {
    "Evidence.words": "the doer's note to the verifier: no entry holds it, so that it can be erased",
    "Evidence.organisation_id": "whose person added it: the entry names the person",
}
ERASES: Final = (*Evidence.EMPTY, *Evidence.NOTES, "erased_at")

protect(Evidence, "evidence is never edited or deleted, its photo and words only erased", may_change=ERASES)


@evidence("prevention.evidence", Evidence, free=FREE)
def check_evidence(blame: Blame) -> int:
    """Walk all pieces beside their entries, then name those whose row is gone."""
    seen = 0
    number = Subquery(Task.objects.filter(pk=OuterRef("task_id")).values("number"))
    rows: QuerySet[Any] = Evidence.objects.defer("jpeg", "salt").annotate(number=number)
    for piece, said in with_entries(rows, lambda piece: f"task:{piece.number}", (ADDED, ERASED)):
        seen += 1
        for fault in _faults(piece, [each for each in said if each.payload["evidence"] == piece.pk]):
            blame(f"task {called(piece.number)}, evidence {piece.pk}: {fault}")
    for pk in gone(ADDED, lambda _subject, said: said.payload["evidence"], Evidence):
        blame(f"evidence {pk:d}: its row is gone")
    return seen


def _faults(piece: Evidence, said: Sequence[Said]) -> Iterator[str]:
    added, erased = (next((each for each in said if each.kind == kind), None) for kind in (ADDED, ERASED))
    if added is None:
        yield "no entry says that it was added"
        return
    if added.at != stamp(piece.added_at):
        yield "added_at is not as its entry says"
    if (piece.erased_at and stamp(piece.erased_at)) != (erased and erased.at):
        yield "erased_at is not as its entry says"
    committed = None if erased else added.payload.get("photo")
    if committed:
        yield from (f"{name} is not as it was kept" for name in differs(Evidence, piece.pk, committed))
    elif not is_empty(Evidence, piece.pk) or (erased and piece.words):
        yield "there is a photo that was never kept, or what was erased"
