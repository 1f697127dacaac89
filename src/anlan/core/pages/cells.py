"""How a value is written: on a page by its kind, in a file as plain text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.core.words import MISSING, figure, local, moment, typed


class Typed(str):
    """Words that somebody typed: a page marks their language."""

    __slots__ = ()


def on_page(value: Any) -> SafeString:
    """Write a value for a page; a missing one as a dash, several beside each other."""
    if isinstance(value, tuple):
        parts = [on_page(part) for part in value if part not in {"", None}]
        return mark_safe(" · ".join(parts)) if parts else SafeString(MISSING)  # noqa: S308  (each part is escaped)
    if value is None or value == "":
        return SafeString(MISSING)
    if isinstance(value, Typed):
        return SafeString(typed(value))
    if isinstance(value, int | float):
        return SafeString(figure(value))
    if isinstance(value, dt.datetime):
        return SafeString(moment(value))
    return conditional_escape(value)


def in_file(value: Any) -> Any:
    """Write a value for a file: a moment in the city's zone, nothing for a missing one, text that runs no formula."""
    from anlan.tables import safe_cell  # heavy, and only downloads need it

    if value is None:
        return ""
    if isinstance(value, tuple):
        return " · ".join(str(in_file(part)) for part in value if part not in {"", None})
    if isinstance(value, dt.datetime):
        return local(value).isoformat(timespec="seconds")
    return value if isinstance(value, int | float) else safe_cell(str(value))


def with_lines(first: SafeString, second: Any) -> SafeString:
    """Write a second line, small, below the first."""
    return format_html('{}<br><small class="soft">{}</small>', first, on_page(second)) if second else first


def drawn_by(template: str, name: str = "row") -> Callable[[Any], SafeString]:
    """Return how a part of a page draws one line of a list, which it knows by a name."""
    return lambda row: render_to_string(template, {name: row})
