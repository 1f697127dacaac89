"""Reading JSON from strangers: strict, whole characters, no endless numbers, no deep nesting."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from anlan.core.refusals import Refused

DEEPEST: Final = 16  # what follows walks values by recursion


def read_object(text: bytes) -> dict[str, Any]:
    """Parse one JSON object, or refuse it; NaN, deep nesting and endless numbers are no JSON."""
    try:
        value = json.loads(text.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("not_json") from error
    if not isinstance(value, dict):
        raise Refused("not_an_object")
    if _is_deep(value):
        raise Refused("not_json")
    if b"\\ud" in text.lower():
        _require_whole_characters(value)
    return value


def _is_deep(value: dict[str, Any]) -> bool:
    """Whether anything lies deeper in lists and objects than anybody means."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _require_whole_characters(value: dict[str, Any]) -> None:
    """Refuse half a character, which an escape can smuggle in and no database can store."""
    for name, content in value.items():
        try:
            json.dumps([name, content], ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise Refused("not_unicode", name if name.isascii() else None) from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
