"""Why something was refused: a stable code, the field, and the limits that its words need; each stage has the words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

_WORDS: dict[str, str] = {}


class Refused(ValueError):
    """What was asked is not done, and nothing of it is stored; as text it says why, in the active language."""

    exit_status = 2
    permanent = True  # asking again gives the same answer: a job that meets it is not tried again

    def __init__(self, code: str, field: str | None = None, /, **limits: Any) -> None:
        super().__init__(code, field, limits)
        self.code = code
        self.field = field
        self.limits = limits

    def __str__(self) -> str:
        return in_words(self.code, self.limits)


def words(texts: Mapping[str, str]) -> None:
    """Register what a stage's codes say; a code has one meaning in the whole house."""
    for code, text in texts.items():
        if _WORDS.setdefault(code, text) != text:
            raise ValueError(f"the refusal {code!r} has other words already")


def known_codes() -> frozenset[str]:
    """Return every code that has words."""
    return frozenset(_WORDS)


def in_words(code: str, limits: Mapping[str, Any]) -> str:
    """Write why something was refused in the active language."""
    text = gettext(_WORDS[code])
    return text % limits if limits else text


def headline(code: str) -> str:
    """Write it without its limits, for counts over many rows."""
    return re.sub(r"%\(\w+\)s", "…", gettext(_WORDS[code])).replace("….", "…")
