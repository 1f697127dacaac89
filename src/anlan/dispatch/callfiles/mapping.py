"""What another system's export means here: the columns, codes and units of its calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from anlan.dispatch.rules import RECORDED

Columns = tuple[str, ...]  # the cells of several are read as one
NUMBERED: Final = "{n}"
OTHERS: Final = "*"  # every code that is not listed
REPORT: Final = ("id", "received", "entered", "lon", "lat", "place", "words", "name", "contact")
CODED: Final = ("category", "channel", "validity", "urgency", "disposal")
# What is here already holds other rules of its own; a history may break them only where the mapping says so.
IF_ELSEWHERE: Final = ("refuse", "keep")
IF_NOT_SENT: Final = ("refuse", "leave_out")
IF_OUT_OF_ORDER: Final = ("leave_out", "refuse")
IF_OPEN: Final = ("keep", "refuse")


@dataclass(frozen=True)
class Codes:
    """How their codes are read: the column, ours for each of theirs, and what holds where a cell is empty."""

    column: Columns = ()
    default: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)  # theirs without regard to case

    def ours(self, cell: str) -> str:
        """Return our code for their cell; what is unknown stays as it is, for the rules to refuse."""
        return self.codes.get(cell.casefold(), self.codes.get(OTHERS, cell)) if cell else self.default


@dataclass(frozen=True)
class Units:
    """Which units went, and their stamps."""

    column: Columns
    steps: Mapping[str, Columns]
    codes: Mapping[str, str]
    separator: str = ""
    shared: frozenset[str] = frozenset()  # with a separator: one stamp that holds for every unit of the cell
    if_elsewhere: str = "refuse"
    if_not_sent: str = "refuse"
    if_out_of_order: str = "leave_out"
    unknown: Mapping[str, str] | None = None  # organisation and kind of units that are made

    @property
    def numbered(self) -> bool:
        """Whether each unit has columns of its own, counted from 1."""
        return any(NUMBERED in name for name in self.column)

    @property
    def a_row_each(self) -> bool:
        """Whether an incident has a row for each unit."""
        return not self.separator and not self.numbered


@dataclass(frozen=True)
class CallMapping:
    """The whole mapping, checked in itself."""

    source: str
    report: Mapping[str, Columns]
    coded: Mapping[str, Codes]
    confirmed: Columns = ()
    handover: Codes | None = None
    handed_at: Columns = ()
    signed_at: Columns = ()
    diverted: bool = False
    resolved: Columns = ()
    closed: Columns = ()
    if_open: str = "keep"
    units: Units | None = None
    missing: frozenset[str] = frozenset()
    crs: str | None = None
    tz: str | None = None

    def columns(self) -> dict[str, Columns]:
        """Return the columns by the key that names them."""
        columns = {f"report.{name}": names for name, names in self.report.items()}
        columns |= {f"{name}.column": codes.column for name, codes in self.coded.items()}
        columns |= {
            "category.confirmed": self.confirmed,
            "incident.resolved": self.resolved,
            "incident.closed": self.closed,
            "handover.at": self.handed_at,
            "handover.signed": self.signed_at,
            "handover.column": self.handover.column if self.handover else (),
        }
        if self.units:
            columns["units.column"] = self.units.column
            columns |= {f"units.{step}": names for step, names in self.units.steps.items()}
        return {key: names for key, names in columns.items() if names}

    def stamps(self) -> dict[str, Columns]:
        """Return the columns that hold times."""
        times = {"report.received", "report.entered", "incident.resolved", "incident.closed", "handover.at"}
        times |= {"handover.signed", *(f"units.{step}" for step in RECORDED)}
        return {key: names for key, names in self.columns().items() if key in times}
