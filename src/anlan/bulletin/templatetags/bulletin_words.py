"""Tags and filters of bulletins."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.bulletin import words
from anlan.bulletin.figures.measure import Measure
from anlan.bulletin.models import Issue
from anlan.core.print.qr import path

register = template.Library()


@register.simple_tag
def square(issue: Issue) -> SafeString:
    """Draw the verification code as a square."""
    drawn, side = path(f"{issue.number} {issue.code}")
    return format_html(
        '<svg viewBox="-1 -1 {} {}" role="img" aria-label="{}"><path d="{}"/></svg>', side + 2, side + 2,
        _("Verification code"), drawn,
    )  # fmt: skip


@register.simple_tag
def value(of: Measure, number: float | None) -> str:
    """Write a value of a measure."""
    return words.number(of, number)


register.filter("organisation", words.organisation_name)
register.filter("note_of", words.note_of)
register.filter("afterwards_of", words.afterwards_of)
register.filter("fixed_of", words.fixed_of)
register.filter("headline_of", words.headline_of)


register.simple_tag(words.faults_in_words, name="faults")
register.simple_tag(words.what_became_of, name="became")
