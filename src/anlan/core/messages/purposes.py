"""What contacts are sent word for: each stage registers its purposes, and a contact consents to each by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise

from anlan.core.messages.rules import Quiet

USUAL = Quiet(dt.time(21), dt.time(8))


@dataclass(frozen=True)
class Purpose:
    """One purpose: its words, and whether it is urgent, which breaks quiet hours."""

    code: str
    label: str | Promise
    urgent: bool = False


PURPOSES: dict[str, Purpose] = {}


def purpose(code: str, label: str | Promise, *, urgent: bool = False) -> None:
    """Register a purpose; its code is stored with every consent and never changes."""
    if PURPOSES.setdefault(code, Purpose(code, label, urgent)).urgent != urgent:
        raise ValueError(f"the purpose {code!r} is registered already, and differs")
