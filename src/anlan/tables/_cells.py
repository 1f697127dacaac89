"""Single cells: numbers as people write them, and text that a spreadsheet must not run."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|-+", re.IGNORECASE)  # ASCII: runs nothing
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def parse_number(value: Any) -> float:
    """Return a cell as a finite number; a single comma is a decimal comma, several are thousands separators."""
    is_number = _NUMBER.fullmatch(value) if isinstance(value, str) else isinstance(value, int | float)
    if is_number and not isinstance(value, bool):
        number = float(value)
    else:
        number = _parsed(str(value).strip().replace("\u00a0", "").replace(" ", "").replace("−", "-"))
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is no finite number")
    return number


def plain_numbers(cells: Sequence[Any]) -> list[float] | None:
    """Return texts that all are plain numbers, each as `parse_number` reads it; None where one is anything else."""
    if set(map(type, cells)) != {str} or not all(map(_NUMBER.fullmatch, cells)):
        return None
    numbers = list(map(float, cells))
    return numbers if all(map(math.isfinite, numbers)) else None


def _parsed(text: str) -> float:
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        text = text.replace(",", "") if dot > comma else text.replace(".", "").replace(",", ".")
    elif comma >= 0:
        text = text.replace(",", ".") if text.count(",") == 1 else text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no number")
    return float(text)


def safe_cell(value: Any) -> Any:
    """Return a value for CSV or Excel: text that a spreadsheet would run as a formula gets an apostrophe before it.

    Plain numbers are no formulas.
    """
    return "'" + value if isinstance(value, str) and _is_live(value) else value


def guarded(value: Any) -> Any:
    """Return a safe cell that `unguarded` turns into exactly what it was."""
    safe = safe_cell(value)
    return "'" + value if safe is value and unguarded(value) != value else safe


def unguarded(value: Any) -> Any:
    """Return exactly what `guarded` was given; also a number that an earlier version guarded."""
    if not isinstance(value, str) or not value.startswith("'"):
        return value
    within = value.lstrip("'")
    return value[1:] if _is_live(within) or _PLAIN.fullmatch(within) else value


def _is_live(text: str) -> bool:
    if _PLAIN.fullmatch(text) and text.isascii():
        return False
    return text.lstrip(" \u00a0\ufeff").startswith(_LIVE) or text.startswith(_LIVE)


def texts_of(cells: Sequence[Any]) -> list[str]:
    """Return cells as `as_text` reads each."""
    return list(map(str.strip if set(map(type, cells)) == {str} else as_text, cells))


def as_text(value: Any) -> str:
    """Return a cell as trimmed text; a spreadsheet's 468.0 is the number 468, an empty cell is ''."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
