"""Filters of the pages of prevention."""

from __future__ import annotations

from django import template
from django.utils.html import format_html

from anlan.prevention.models import Problem
from anlan.prevention.reading import in_english

register = template.Library()


@register.filter
def titled(problem: Problem) -> str:
    """Write a problem's title in the reader's language where it was given in it."""
    if problem.title_en and in_english():
        return format_html('<span lang="en">{}</span>', problem.title_en)
    return format_html('<span lang="zh">{}</span>', problem.title)
