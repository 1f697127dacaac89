"""Registers what `words` says, for templates."""

from __future__ import annotations

from django import template

from anlan.core.words import area_label
from anlan.intake import lines, words

register = template.Library()
for written in (
    words.public_label,
    words.kind_words,
    words.label,
    words.said,
    words.title,
    words.public_title,
    words.when,
    words.clock,
    words.until,
    words.is_past,
    words.short,
    area_label,
    words.degrees,
    words.metres,
    words.minutes_before,
    words.thousands,
):
    register.filter(written)
register.simple_tag(words.gap)
register.filter(lines.validity_tag)
register.simple_tag(lines.items, name="report_items")
