"""What was found in a city's folder, line by line in the active language: for the page and for a terminal."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.utils.translation import pgettext as p

from anlan.core.city.changes import What
from anlan.core.words import MISSING, figure, listed

BECOMES = {
    What.CLOSED: gettext_noop("closed; records that carry it keep it"),
    What.OPENED: gettext_noop("open again"),
    What.GONE: gettext_noop("taken out; no record refers to it"),
}


def as_lines(seen: dict[str, Any]) -> list[str]:
    """Write for a terminal what was found: each fault, or each row that changes and the files that do not."""
    if seen["faults"]:
        return [_place(fault) + fault_words(fault) for fault in seen["faults"]]
    lines = [f"{each['file']}: {line}" for each in seen["files"] for line in
             [*map(change_words, each["changes"]), *more_words(each["more"])]]  # fmt: skip
    lines += [f"clocks.csv: {apart_words(clock)}" for clock in seen["apart"]]
    same = [each["file"] for each in seen["files"] if not each["changes"]]
    return [*lines, *([f"{', '.join(same)}: {_('as loaded')}"] if same else [])]


def fault_words(fault: dict[str, Any]) -> str:
    """Say what is wrong, of what was kept as plain values."""
    words: str = fault["words"]
    return str(_(words) % fault["limits"])


def change_words(change: dict[str, Any]) -> str:
    """Say what becomes of one row; what is not shown is told only as given."""
    what = What(change["what"])
    if what == What.NEW:
        fields = ", ".join(f"{name} {_value(new)}" for name, _old, new in change["fields"] if name != "active")
        line = f"{p('a line', 'new')}: {fields}"
    elif what == What.CHANGED:
        line = f"{change['key']}: {_fields(change)}"
    else:
        line = f"{change['key']}: {listed(filter(None, [_(BECOMES[what]), _fields(change)]))}"
    return f"{line} ({_('changed on a page here')})" if change["on_page"] else line


def apart_words(clock: dict[str, Any]) -> str:
    """Say of a clock that an operator set its time on a page, which the folder's line does not say."""
    words = _("%(key)s: the folder said %(folder)s s; %(here)s s hold, set on the page of clocks")
    return words % {"key": clock["key"], "folder": figure(clock["folder"]), "here": figure(clock["here"])}


def more_words(more: int) -> list[str]:
    """Say how many rows are not told one by one."""
    return [ngettext("and %(n)d line more", "and %(n)d lines more", more) % {"n": more}] if more else []


def is_feature(fault: dict[str, Any]) -> bool:
    """Whether a fault's line is a feature: a file of areas is counted by those."""
    return bool(fault["line"]) and fault["file"].endswith(".geojson")


def _place(fault: dict[str, Any]) -> str:
    counted = p("of a file", "Feature") if is_feature(fault) else p("of a file", "Line")
    line = [f"{counted} {fault['line']}"] if fault["line"] else []
    return ", ".join([fault["file"], *line, *filter(None, [fault["column"]])]) + ": "


def _fields(change: dict[str, Any]) -> str:
    fields = [(name, old, new) for name, old, new in change["fields"] if name != "active"]
    return "; ".join(f"{name} {_change(old, new)}" for name, old, new in fields)


def _change(old: Any, new: Any) -> str:
    if isinstance(new, dict) and new["other"]:
        return p("a value", "another (not shown)")
    return f"{_value(old)} → {_value(new)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return p("a value", "given (not shown)") if value["given"] else p("a value", "none")
    return MISSING if value is None else str(value)
