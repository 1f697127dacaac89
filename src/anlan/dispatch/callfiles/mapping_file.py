"""The TOML file that a mapping stands in, read with every key checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from anlan.dispatch.callfiles.faults import MappingError
from anlan.dispatch.callfiles.mapping import (
    CODED,
    IF_ELSEWHERE,
    IF_NOT_SENT,
    IF_OPEN,
    IF_OUT_OF_ORDER,
    REPORT,
    CallMapping,
    Codes,
    Columns,
    Units,
)
from anlan.dispatch.rules import RECORDED
from anlan.dispatch.states import Stamp

Tables = dict[str, Any]


def read_mapping(path: Path) -> CallMapping:
    """Read a mapping, and refuse a key that is unknown or missing."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingError("unread", path=path, why=error.strerror or error) from error
    except (MappingError, UnicodeDecodeError) as error:
        raise MappingError("unread", path=path, why=error) from error


def parse_mapping(text: str) -> CallMapping:
    """Read the text of a mapping, and refuse a key that is unknown or missing."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise MappingError("toml_line" if line else "toml", line=line and line[1], why=error) from error
    return _mapping(tables)


def _mapping(tables: Tables) -> CallMapping:
    top = ("source", "crs", "tz", "missing", "report", "incident", "handover", "units", *CODED)
    _require_known(tables, top, "")
    report = _report(tables)
    incident = _table(tables, "incident", ("resolved", "closed", "if_open"))
    handover = _table(tables, "handover", ("column", "default", "codes", "at", "signed", "diverted"))
    if handover:
        _require_there(handover, ("at",), "handover")
    coded = _coded(tables)
    if (incident.get("closed") or incident.get("resolved")) and "disposal" not in coded:
        raise MappingError("no_disposal")
    category = tables["category"] if isinstance(tables["category"], dict) else {}
    return CallMapping(
        source=_text(_require_there(tables, ("source",), "")["source"], "source"),
        report={name: _columns(value, f"report.{name}") for name, value in report.items()},
        coded=MappingProxyType(coded),
        confirmed=_columns(category.get("confirmed", []), "category.confirmed"),
        handover=_codes(tables, "handover", ("at", "signed", "diverted")) if handover else None,
        handed_at=_columns(handover.get("at", []), "handover.at"),
        signed_at=_columns(handover.get("signed", []), "handover.signed"),
        diverted=_flag(handover.get("diverted", False), "handover.diverted"),
        resolved=_columns(incident.get("resolved", []), "incident.resolved"),
        closed=_columns(incident.get("closed", []), "incident.closed"),
        if_open=_one_of(incident.get("if_open", "keep"), IF_OPEN, "incident.if_open"),
        units=_units(tables) if "units" in tables else None,
        missing=frozenset(text.casefold() for text in _texts(tables.get("missing", []), "missing")),
        crs=_text(tables["crs"], "crs") if "crs" in tables else None,
        tz=_text(tables["tz"], "tz") if "tz" in tables else None,
    )


def _report(tables: Tables) -> Tables:
    report = _table(tables, "report", REPORT, needs=("id", "received"))
    if ("lon" in report) != ("lat" in report) or not ("lon" in report or "place" in report):
        raise MappingError("no_place")
    return report


def _coded(tables: Tables) -> dict[str, Codes]:
    coded: dict[str, Codes] = {
        name: _codes(tables, name, ("confirmed",) if name == "category" else ()) for name in CODED if name in tables
    }
    if not (coded.get("category") and (coded["category"].column or coded["category"].default)):
        raise MappingError("no_category")
    return coded


def _units(tables: Tables) -> Units:
    more = ("column", "codes", "separator", "shared", "if_elsewhere", "if_not_sent", "if_out_of_order", "unknown")
    table = _table(tables, "units", (*more, *RECORDED), needs=("column", Stamp.DISPATCHED.value))
    unknown = _table(table, "unknown", ("organisation", "kind"), of="units.") if "unknown" in table else None
    separator = _text(table["separator"], "units.separator") if "separator" in table else ""
    shared = _texts(table.get("shared", []), "units.shared")
    for name in shared:
        _one_of(name, [step for step in RECORDED if step in table], "units.shared")
    found = Units(
        column=_columns(table["column"], "units.column"),
        steps={step: _columns(table[step], f"units.{step}") for step in RECORDED if step in table},
        codes=_pairs(table.get("codes", {}), "units.codes"),
        separator=separator,
        shared=frozenset(shared),
        if_elsewhere=_one_of(table.get("if_elsewhere", "refuse"), IF_ELSEWHERE, "units.if_elsewhere"),
        if_not_sent=_one_of(table.get("if_not_sent", "refuse"), IF_NOT_SENT, "units.if_not_sent"),
        if_out_of_order=_one_of(
            table.get("if_out_of_order", IF_OUT_OF_ORDER[0]), IF_OUT_OF_ORDER, "units.if_out_of_order"
        ),
        unknown=_require_there(unknown, ("organisation", "kind"), "units.unknown") if unknown is not None else None,
    )
    if shared and not separator:
        raise MappingError("shared_apart")
    if separator and found.numbered:
        raise MappingError("units_twice")
    return found


def _codes(tables: Tables, name: str, more: tuple[str, ...]) -> Codes:
    """Read a table of codes; a plain text instead of it holds for every row."""
    if isinstance(tables[name], str):
        return Codes(default=tables[name].strip())
    table = _table(tables, name, ("column", "default", "codes", *more))
    return Codes(
        column=_columns(table.get("column", []), f"{name}.column"),
        default=_text(table["default"], f"{name}.default") if "default" in table else "",
        codes=_pairs(table.get("codes", {}), f"{name}.codes"),
    )


def _table(
    tables: Mapping[str, Any], name: str, known: Iterable[str], needs: Iterable[str] = (), of: str = ""
) -> dict[str, Any]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise MappingError("no_table", key=of + name)
    _require_known(table, known, f"{of}{name}.")
    return _require_there(table, needs, of + name)


def _require_known(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    names = sorted(known)
    for key in table:
        if key not in names:
            raise MappingError("key_unknown", key=where + key, near=(key, names))


def _require_there(table: dict[str, Any], needs: Iterable[str], where: str) -> dict[str, Any]:
    for key in needs:
        if key not in table:
            raise MappingError("key_missing", key=f"{where + '.' if where else ''}{key}")
    return table


def _columns(value: Any, key: str) -> Columns:
    names = (value,) if isinstance(value, str) else value
    return tuple(_texts(names, key))


def _texts(value: Any, key: str) -> list[str]:
    if not isinstance(value, list | tuple):
        raise MappingError("no_texts", key=key)
    return [_text(text, key) for text in value]


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MappingError("no_text", key=key)
    return value if key == "units.separator" else value.strip()


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise MappingError("no_flag", key=key)
    return value


def _one_of(value: Any, known: Iterable[str], key: str) -> str:
    names = list(known)
    if value not in names:
        raise MappingError("value_unknown", key=key, value=value, near=(str(value), names))
    return str(value)


def _pairs(value: Any, key: str) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise MappingError("no_pairs", key=key)
    found: dict[str, str] = {}
    for theirs, ours in value.items():
        plain = theirs.strip().casefold()
        if found.get(plain, ours) != ours:
            raise MappingError("code_twice", key=f"{key}.{theirs}")
        found[plain] = _text(ours, f"{key}.{theirs}")
    return found
