"""Filters of the pages of prevention."""

from __future__ import annotations

from django import template

from anlan.core.words import typed
from anlan.prevention.models import Problem
from anlan.prevention.words import paper_number, reopened_words, title_of

register = template.Library()
register.filter(reopened_words)
register.filter(paper_number)


@register.filter
def titled(problem: Problem) -> str:
    """Write a problem's title in the reader's language where it was given in it."""
    return typed(title_of(problem))
