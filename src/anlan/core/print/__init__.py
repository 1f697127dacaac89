"""Papers on A4: a stage declares one as plain data, one sheet sets it, tagged and with its fonts within."""

from __future__ import annotations

from anlan.core.print.paper import Code, Column, Pairs, Paper, Part, Table, Whole, Words

__all__ = ["Code", "Column", "Pairs", "Paper", "Part", "Table", "Whole", "Words"]
