"""What reporters chose when they were asked whether it helped, each against its entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from anlan.core.ledger.evidence import Blame, Said, evidence, gone, number_in, with_entries
from anlan.core.ledger.triggers import protect
from anlan.core.time.clock import stamp
from anlan.voice.models import Satisfaction

ASKED: Final = "voice.asked"
ANSWERED: Final = "voice.answered"

protect(Satisfaction, "what was asked and chosen is never edited or deleted", may_change={"answered_at", "helped"})


@evidence("voice.satisfaction", Satisfaction)
def check_satisfaction(blame: Blame) -> int:
    """Walk all questions beside their entries, then name those whose row is gone."""
    seen = 0
    rows = Satisfaction.objects.all()
    for question, said in with_entries(rows, lambda question: f"satisfaction:{question.pk}", (ASKED, ANSWERED)):
        seen += 1
        for fault in _faults(question, said):
            blame(f"satisfaction {question.pk}: {fault}")
    for pk in gone(ASKED, lambda subject, _said: int(number_in(subject)), Satisfaction):
        blame(f"satisfaction {pk}: its row is gone")
    return seen


def _faults(question: Satisfaction, said: Sequence[Said]) -> Iterator[str]:
    asked, answered = (next((each for each in said if each.kind == kind), None) for kind in (ASKED, ANSWERED))
    if asked is None:
        yield "no entry says that it was asked"
        return
    fits = {
        "report": asked.payload["report"] == question.report_id,
        "asked_at": asked.at == stamp(question.asked_at),
        "answered_at": (answered and answered.at) == (question.answered_at and stamp(question.answered_at)),
        "helped": (answered.payload["helped"] if answered else "") == question.helped,
    }
    yield from (f"{name} is not as its entry says" for name, is_so in fits.items() if not is_so)
