"""Verifying an estimate: computed again from its frozen question, and which reports changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from anlan.analysis.revisions import REVISIONS
from anlan.core.models import LedgerEntry, LedgerPosition
from anlan.effect.computation import Question, compute, frozen, reports_of
from anlan.effect.models import Estimate
from anlan.effect.rules import Sides

HASH: Final = "content_hash"
WORDS: Final = ("sentence_en", "sentence_zh")
TOUCHES = ("intake.validity_set", "intake.report_erased")


@dataclass(frozen=True)
class Checked:
    """What verifying found: the same content or not, the method's revisions, and reports changed or come since."""

    same: bool
    revision: int
    changed: tuple[str, ...]
    came: int


def verify(estimate: Estimate) -> Checked:
    """Compute an estimate again up to its position, compare, and name what the ledger says of its reports since."""
    question = question_of(estimate)
    anew = compute(question)
    kept = {name: stored(estimate, name) for name in anew}
    # its words are those of its day, under the hash: a language that is written better since is no other answer
    said = {name: value for name, value in (anew | {name: kept[name] for name in WORDS}).items() if name != HASH}
    same = frozen(question, said) == kept
    changed, came = _since(estimate)
    return Checked(same, REVISIONS[estimate.method], changed, came)


def question_of(estimate: Estimate) -> Question:
    """Return what was asked, from what is stored."""
    sides = Sides(*(tuple(estimate.listed(name)) for name in ("treated", "controls", "later")))
    return Question(estimate.study_id, estimate.since, estimate.until, estimate.measure_at, sides, estimate.seed,
                    estimate.position)  # fmt: skip


def stored(estimate: Estimate, name: str) -> Any:
    """Return one stored value as it was computed."""
    value = getattr(estimate, name)
    return json.loads(value) if name in {"storms", "warnings"} else value


def _since(estimate: Estimate) -> tuple[tuple[str, ...], int]:
    """Return the numbers of its reports with a later entry, and how many reports of its days came later."""
    later = LedgerPosition.objects.filter(position__gt=estimate.position)
    entries = LedgerEntry.objects.filter(pk__in=later.values("entry_id"), kind__in=TOUCHES)
    touched = {subject.removeprefix("report:") for subject in entries.values_list("subject", flat=True)}
    then = _numbers(estimate, estimate.position)
    now = _numbers(estimate, int(later.order_by("-position").values_list("position", flat=True).first() or 0))
    left = then - now  # no longer counted: its validity was changed
    return tuple(sorted(then & touched | left)), len(now - then)


def _numbers(estimate: Estimate, position: int) -> set[str]:
    basis = reports_of(estimate.study, estimate.since, estimate.until, max(position, estimate.position))
    return {row.number for row in basis.rows}
