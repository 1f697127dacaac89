"""The words of dispatch as filters of templates."""

from __future__ import annotations

from django import template

from anlan.dispatch import words
from anlan.dispatch.queries.board import grouped

register = template.Library()

for function in (grouped, words.face_word, words.km, words.running, words.target, words.took, words.unlocalised):
    register.filter(function)
