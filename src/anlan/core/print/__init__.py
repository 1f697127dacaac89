"""Papers on A4: a stage declares one as plain data, one sheet sets it, tagged and with its fonts within."""

from __future__ import annotations

from anlan.core.print.paper import Blanks, Bound, Code, Column, Drawing, Pairs, Paper, Part, Table, Whole, Words

__all__ = [
    "Blanks", "Bound", "Code", "Column", "Drawing", "Pairs", "Paper", "Part", "Table", "Whole", "Words",
]  # fmt: skip
