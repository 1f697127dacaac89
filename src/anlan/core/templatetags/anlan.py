"""Tags and filters of every page: slots, numbers, missing values, moments in the city's zone."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import uuid4

from django import template
from django.template.context import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.core import words
from anlan.core.labels import label_of
from anlan.core.models import ClockRun
from anlan.core.sealed.scrub import is_leaving
from anlan.core.time.rules import mark_of
from anlan.core.web.slots import filled

register = template.Library()
for write in (
    words.figure,
    words.missing,
    words.typed,
    words.area_label,
    words.listed,
    words.local,
    words.moment,
    words.minute,
    words.day,
    words.second,
):
    register.filter(write.__name__, write)
register.filter("is_leaving", is_leaving)
register.filter("label_of", label_of)


@register.simple_tag(takes_context=True)
def slot(context: RequestContext, name: str) -> SafeString:
    """Print what later stages put into a named slot of this page."""
    return mark_safe("".join(filled(name, cast(dict[str, Any], context.flatten()))))  # noqa: S308  (each fill returns safe HTML)


@register.simple_tag
def once() -> SafeString:
    """Print the key of a form: pressed twice it is one press."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid4())


@register.filter
def stands(run: ClockRun, at: dt.datetime) -> str:
    """Say how a running clock stands, in the words of the style sheet."""
    return mark_of(run.started_at, run.due_at, at)
