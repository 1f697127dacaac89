"""What another system's export means here: the columns, codes and units of its calls, told in a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from anlan.dispatch.rules import TOLD, Step

Columns = tuple[str, ...]  # the cells of several are read as one
NUMBERED: Final = "{n}"
OTHERS: Final = "*"  # every code that is not listed
REPORT: Final = ("id", "received", "entered", "lon", "lat", "place", "words", "name", "contact")
CODED: Final = ("category", "channel", "validity", "urgency", "disposal")
# What is here already holds other rules of its own; a history may break them only where the mapping says so.
IF_ELSEWHERE: Final = ("refuse", "keep")
IF_NOT_SENT: Final = ("refuse", "leave_out")
IF_OPEN: Final = ("keep", "refuse")


class MappingError(ValueError):
    """The mapping cannot be used; the message names the key and what to change."""

    exit_status = 2


@dataclass(frozen=True)
class Codes:
    """How their codes are read: the column, ours for each of theirs, and what holds where none is told."""

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
        told = {f"report.{name}": names for name, names in self.report.items()}
        told |= {f"{name}.column": one.column for name, one in self.coded.items()}
        told |= {
            "category.confirmed": self.confirmed,
            "incident.resolved": self.resolved,
            "incident.closed": self.closed,
            "handover.at": self.handed_at,
            "handover.signed": self.signed_at,
        }
        told["handover.column"] = self.handover.column if self.handover else ()
        if self.units:
            told["units.column"] = self.units.column
            told |= {f"units.{step}": names for step, names in self.units.steps.items()}
        return {key: names for key, names in told.items() if names}

    def stamps(self) -> dict[str, Columns]:
        """Return the columns that hold times."""
        times = {"report.received", "report.entered", "incident.resolved", "incident.closed", "handover.at"}
        times |= {"handover.signed", *(f"units.{step}" for step in TOLD)}
        return {key: names for key, names in self.columns().items() if key in times}


def read_mapping(path: Path) -> CallMapping:
    """Read a mapping, and refuse a key that is unknown or missing."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror or error}") from error
    except (MappingError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: {error}") from error


def parse_mapping(text: str) -> CallMapping:
    """Read the text of a mapping, and refuse a key that is unknown or missing."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(str(error)) from error
    return _mapping(told)


def _mapping(told: dict[str, Any]) -> CallMapping:
    top = ("source", "crs", "tz", "missing", "report", "incident", "handover", "units", *CODED)
    _require_known(told, top, "")
    report = _table(told, "report", REPORT, needs=("id", "received"))
    if ("lon" in report) != ("lat" in report) or not ("lon" in report or "place" in report):
        raise MappingError("report: name the columns of lon and lat, or of the place in words")
    incident = _table(told, "incident", ("resolved", "closed", "if_open"))
    handover = _table(told, "handover", ("column", "default", "codes", "at", "signed", "diverted"))
    if handover:
        _require_there(handover, ("at",), "handover")
    coded: dict[str, Codes] = {
        name: _codes(told, name, ("confirmed",) if name == "category" else ()) for name in CODED if name in told
    }
    if not (coded.get("category") and (coded["category"].column or coded["category"].default)):
        raise MappingError("category: name its column, or say a default")
    if (incident.get("closed") or incident.get("resolved")) and "disposal" not in coded:
        raise MappingError("disposal: what is resolved or closed has one; name its column, or say a default")
    category = told["category"] if isinstance(told["category"], dict) else {}
    return CallMapping(
        source=_text(_require_there(told, ("source",), "")["source"], "source"),
        report={name: _columns(value, f"report.{name}") for name, value in report.items()},
        coded=MappingProxyType(coded),
        confirmed=_columns(category.get("confirmed", []), "category.confirmed"),
        handover=_codes(told, "handover", ("at", "signed", "diverted")) if handover else None,
        handed_at=_columns(handover.get("at", []), "handover.at"),
        signed_at=_columns(handover.get("signed", []), "handover.signed"),
        diverted=_flag(handover.get("diverted", False), "handover.diverted"),
        resolved=_columns(incident.get("resolved", []), "incident.resolved"),
        closed=_columns(incident.get("closed", []), "incident.closed"),
        if_open=_one_of(incident.get("if_open", "keep"), IF_OPEN, "incident.if_open"),
        units=_units(told) if "units" in told else None,
        missing=frozenset(text.casefold() for text in _texts(told.get("missing", []), "missing")),
        crs=_text(told["crs"], "crs") if "crs" in told else None,
        tz=_text(told["tz"], "tz") if "tz" in told else None,
    )


def _units(told: dict[str, Any]) -> Units:
    more = ("column", "codes", "separator", "shared", "if_elsewhere", "if_not_sent", "unknown")
    table = _table(told, "units", (*more, *TOLD), needs=("column", Step.DISPATCHED.value))
    unknown = _table(table, "unknown", ("organisation", "kind"), of="units.") if "unknown" in table else None
    separator = _text(table["separator"], "units.separator") if "separator" in table else ""
    shared = _texts(table.get("shared", []), "units.shared")
    for name in shared:
        _one_of(name, [step for step in TOLD if step in table], "units.shared")
    found = Units(
        column=_columns(table["column"], "units.column"),
        steps={step: _columns(table[step], f"units.{step}") for step in TOLD if step in table},
        codes=_pairs(table.get("codes", {}), "units.codes"),
        separator=separator,
        shared=frozenset(shared),
        if_elsewhere=_one_of(table.get("if_elsewhere", "refuse"), IF_ELSEWHERE, "units.if_elsewhere"),
        if_not_sent=_one_of(table.get("if_not_sent", "refuse"), IF_NOT_SENT, "units.if_not_sent"),
        unknown=_require_there(unknown, ("organisation", "kind"), "units.unknown") if unknown is not None else None,
    )
    if shared and not separator:
        raise MappingError("units.shared: only where units.separator parts several units in one cell")
    if separator and found.numbered:
        raise MappingError("units.separator: either one cell for all units, or columns counted by {n}")
    return found


def _codes(told: dict[str, Any], name: str, more: tuple[str, ...]) -> Codes:
    """Read a table of codes; a plain text instead of it holds for every row."""
    if isinstance(told[name], str):
        return Codes(default=told[name].strip())
    table = _table(told, name, ("column", "default", "codes", *more))
    return Codes(
        column=_columns(table.get("column", []), f"{name}.column"),
        default=_text(table["default"], f"{name}.default") if "default" in table else "",
        codes=_pairs(table.get("codes", {}), f"{name}.codes"),
    )


def _table(
    told: Mapping[str, Any], name: str, known: Iterable[str], needs: Iterable[str] = (), of: str = ""
) -> dict[str, Any]:
    table = told.get(name, {})
    if not isinstance(table, dict):
        raise MappingError(f"{of}{name}: write a table, [{of}{name}]")
    _require_known(table, known, f"{of}{name}.")
    return _require_there(table, needs, of + name)


def _require_known(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    names = sorted(known)
    for key in table:
        if key not in names:
            raise MappingError(f"{where}{key}: there is no such key; {nearest(key, names)}")


def _require_there(table: dict[str, Any], needs: Iterable[str], where: str) -> dict[str, Any]:
    for key in needs:
        if key not in table:
            raise MappingError(f"{where + '.' if where else ''}{key}: this key is missing")
    return table


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the likeliest of the known words, and all of them."""
    names = list(known)
    plain = {name.casefold(): name for name in reversed(names)}
    close = get_close_matches(word.casefold(), plain, n=1, cutoff=0.5)
    listed = f"known are: {', '.join(names)}"
    return f"did you mean {plain[close[0]]!r}? ({listed})" if close else listed


def _columns(value: Any, key: str) -> Columns:
    names = (value,) if isinstance(value, str) else value
    return tuple(_texts(names, key))


def _texts(value: Any, key: str) -> list[str]:
    if not isinstance(value, list | tuple):
        raise MappingError(f"{key}: write a text, or a list of texts")
    return [_text(one, key) for one in value]


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MappingError(f"{key}: write a text in quotation marks")
    return value if key == "units.separator" else value.strip()


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise MappingError(f"{key}: write true or false")
    return value


def _one_of(value: Any, known: Iterable[str], key: str) -> str:
    names = list(known)
    if value not in names:
        raise MappingError(f"{key}: {value!r} is none of these; {nearest(str(value), names)}")
    return str(value)


def _pairs(value: Any, key: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise MappingError(f'{key}: write a table, theirs = "ours"')
    found: dict[str, str] = {}
    for theirs, ours in value.items():
        plain = theirs.strip().casefold()
        if found.get(plain, ours) != ours:
            raise MappingError(f"{key}.{theirs}: the same code stands twice, with another meaning")
        found[plain] = _text(ours, f"{key}.{theirs}")
    return found
