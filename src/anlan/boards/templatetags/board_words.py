"""Filters of the overview."""

from __future__ import annotations

from django import template

from anlan.boards import words
from anlan.core.words import minute

register = template.Library()
register.filter("against", words.against)
register.filter("clock", words.clock)
register.filter("counted", words.counted)
register.filter("lately", words.lately)
register.filter("minute", minute)
register.filter("on_map", words.on_map)
register.filter("percent", words.percent)
register.filter("span", words.span)
register.filter("due_mark", words.due_mark)
register.filter("due_moment", words.due_moment)
register.filter("due_words", words.due_words)
