"""What loading a city's folder would change: two states of what is kept, compared row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from anlan.core import ledger
from anlan.core.city.kept import Given, Snapshot, Values


class What(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    CLOSED = "closed"  # kept for the records that carry it, chosen no more
    OPENED = "opened"
    GONE = "gone"


@dataclass(frozen=True)
class Change:
    """What becomes of one row of a file; `fields` are what it was and will be, by column."""

    file: str
    key: str
    what: What
    fields: tuple[tuple[str, Any, Any], ...]
    on_page: bool = False  # somebody changed it on a page since the folder was loaded

    def plain(self) -> dict[str, Any]:
        """Return it as JSON, without what is not shown."""
        fields = [[name, *_shown(old, new)] for name, old, new in self.fields]
        return {"key": self.key, "what": self.what.value, "fields": fields, "on_page": self.on_page}


def changes(before: Snapshot, after: Snapshot, on_page: Collection[tuple[str, str]] = ()) -> list[Change]:
    """Return what became of each row between two states, file by file in the order of the folder."""
    return [
        Change(file, key, what, fields, (file, key) in on_page)
        for file in after
        for key, what, fields in _of_file(before.get(file, {}), after[file])
    ]


def digest(folder_hash: str, found: Collection[Change]) -> str:
    """Return by what it is known again that a folder does what was shown, and nothing else."""
    rows = [[change.file, change.key, change.what, [[name, str(old), str(new)] for name, old, new in change.fields]]
            for change in found]  # fmt: skip
    return hashlib.sha256(f"{folder_hash}|{ledger.canonical(rows)}".encode()).hexdigest()


def counts(found: Collection[Change]) -> dict[str, dict[str, int]]:
    """Count what becomes of the rows of each file."""
    counted: dict[str, dict[str, int]] = {}
    for change in found:
        of_file = counted.setdefault(change.file, {})
        of_file[change.what.value] = of_file.get(change.what.value, 0) + 1
    return counted


def _of_file(before: Mapping[str, Values], after: Mapping[str, Values]) -> Iterator[tuple[str, What, Any]]:
    for key, values in after.items():
        was = before.get(key)
        if was is None:
            yield key, What.NEW, tuple((name, None, value) for name, value in values.items() if value not in (None, ""))
        elif fields := tuple(_between(was, values)):
            yield key, _what(was, values), fields
    for key in before.keys() - after.keys():
        yield key, What.GONE, ()


def _between(was: Values, values: Values) -> Iterator[tuple[str, Any, Any]]:
    for name in [*values, *(name for name in was if name not in values)]:
        old, new = was.get(name), values.get(name)
        if old != new and not (_is_empty(old) and _is_empty(new)):
            yield name, old, new


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def _what(was: Values, values: Values) -> What:
    if was.get("active") == values.get("active"):
        return What.CHANGED
    return What.OPENED if values["active"] else What.CLOSED


def _shown(old: Any, new: Any) -> tuple[Any, Any]:
    if isinstance(old, Given) or isinstance(new, Given):
        return {"given": bool(old)}, {"given": bool(new), "other": bool(old and new)}
    return _written(old), _written(new)


def _written(value: Any) -> str | None:
    """Write a value as the file has it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(int(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
