"""What became of the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Limits = tuple[dict[str, Any], bool]


@dataclass
class Counts:
    """What became of the rows so far."""

    accepted: int = 0
    repeated: int = 0
    masked: int = 0
    refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)  # by code, of the first row, and whether all are the same

    def add(self, answer: dict[str, Any], refused: list[dict[str, Any]]) -> None:
        """Add the answer of one chunk."""
        self.accepted += answer["accepted"]
        self.repeated += answer["repeated"]
        self.masked += answer["masked"]
        self.refused += len(refused)
        for row in refused:
            code, limits = row["code"], row.get("limits") or {}
            self.reasons[code] = self.reasons.get(code, 0) + 1
            first, same = self.limits.setdefault(code, (limits, True))
            self.limits[code] = (first, same and first == limits)

    def plain(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        counts = {name: value for name, value in self.__dict__.items() if name != "limits"}
        return counts | {"reasons": dict(sorted(self.reasons.items()))}

    def examples(self) -> dict[str, list[Any]]:
        """Return by reason what its words need in its first row, and whether that holds for all rows, as plain JSON."""
        return {code: [{name: _plain(value) for name, value in limits.items()}, same]
                for code, (limits, same) in self.limits.items()}  # fmt: skip


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)
