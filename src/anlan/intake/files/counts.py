"""What became of the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Counts:
    """What became of the rows so far."""

    accepted: int = 0
    repeated: int = 0
    masked: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, answer: dict[str, Any], refused: list[dict[str, Any]]) -> None:
        """Add the answer of one chunk."""
        self.accepted += answer["accepted"]
        self.repeated += answer["repeated"]
        self.masked += answer["masked"]
        self.refused += len(refused)
        for row in refused:
            self.reasons[row["code"]] = self.reasons.get(row["code"], 0) + 1

    def plain(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        return self.__dict__ | {"reasons": dict(sorted(self.reasons.items()))}
