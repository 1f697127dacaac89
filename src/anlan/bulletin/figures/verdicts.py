"""What recomputing came to: a verdict on each figure, and on the issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Verdict:
    """What became of one figure."""

    measure: str
    faults: list[str]  # what of it the stored rows do not give: rows, value, base, n, interval, districts
    value: float | None
    value_now: float | None  # what the same measure gives today
    base: float | None
    base_now: float | None
    revision: int
    revision_now: int
    rows_entered: int = 0  # rows that are in it today and were not
    rows_left: int = 0
    rows_revalued: int = 0
    base_rows_changed: int = 0  # rows of the base that entered, left or count otherwise today
    changed: list[dict[str, Any]] = field(default_factory=list)  # rows that moved, or have a later entry

    @property
    def holds(self) -> bool:
        """Whether the stored rows give what was printed."""
        return not self.faults

    @property
    def same(self) -> bool:
        """Whether today's figure and base have the same rows with the same contributions."""
        moved = self.rows_entered or self.rows_left or self.rows_revalued or self.base_rows_changed
        return not moved and is_same(self.value, self.value_now) and is_same(self.base, self.base_now)

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self) | {"holds": self.holds, "same": self.same}

    @classmethod
    def from_json(cls, verdict: Mapping[str, Any]) -> Verdict:
        """Return it from plain JSON."""
        return cls(**{column.name: verdict[column.name] for column in fields(cls)})


@dataclass(frozen=True)
class IssueVerdict:
    """What became of one issue."""

    issue: str
    code_holds: bool  # the figures give the verification code
    ledger_holds: bool  # the ledger says that this code was published, with these words
    missing: list[str]  # measures of the plan, as the ledger has it, without a figure
    figures: list[Verdict]

    @property
    def holds(self) -> bool:
        """Whether everything printed follows from what was stored, and is what the ledger says was published."""
        return (
            self.code_holds
            and self.ledger_holds
            and not self.missing
            and all(verdict.holds for verdict in self.figures)
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"issue": self.issue, "holds": self.holds, "code_holds": self.code_holds,
                "ledger_holds": self.ledger_holds, "missing": self.missing,
                "figures": [verdict.as_json() for verdict in self.figures]}  # fmt: skip


def is_same(number: float | None, other: float | None, within: float = 1e-9) -> bool:
    """Whether two numbers are the same as far as their computation is exact; what is missing is the same as missing."""
    if number is other:
        return True
    return number is not None and other is not None and abs(number - other) < within * max(1.0, abs(number))
