"""The words of dispatch as filters of templates."""

from __future__ import annotations

from django import template

from anlan.dispatch import words

register = template.Library()

for function in (words.face_word, words.km, words.running, words.target, words.took, words.unlocalised):
    register.filter(function)
