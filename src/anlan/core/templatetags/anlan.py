"""Tags and filters of every page: slots, numbers, missing values, moments in the city's zone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.core.city.current import city
from anlan.core.models import ClockRun
from anlan.core.time.clocks import mark_of
from anlan.core.web.slots import filled

register = template.Library()
MISSING = "—"
HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str) -> SafeString:
    """Print what later stages put into a named slot of this page."""
    return mark_safe("".join(filled(name, cast(dict[str, Any], context.flatten()))))  # noqa: S308  (each fill returns safe HTML)


@register.filter
def figure(value: Any) -> str:
    """Write a number with thousands separators; a missing one as a dash, never as zero."""
    if value is None or value == "":
        return MISSING
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


@register.filter
def missing(value: Any) -> Any:
    """Write a missing value as a dash."""
    return MISSING if value is None or value == "" else value


@register.filter
def typed(words: str | None) -> str:
    """Write words that somebody typed marked with their language, so that fonts and screen readers are right."""
    if not words:
        return ""
    return format_html('<span lang="{}">{}</span>', "zh" if HAN.search(words) else "en", words)


@register.filter
def stands(run: ClockRun, at: dt.datetime) -> str:
    """Say how a running clock stands, in the words of the style sheet."""
    return mark_of(run.started_at, run.due_at, at)


@register.filter
def local(value: dt.datetime | None) -> dt.datetime | None:
    """Move a moment to the city's zone."""
    here = city()
    return value if value is None or here is None else value.astimezone(ZoneInfo(here.zone))


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Write a moment in the city's zone."""
    at = local(value)
    if at is None:
        return MISSING
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), at.strftime("%Y-%m-%d %H:%M"))
