"""What a record's choices are called."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models
from django.utils.functional import Promise


class Worded(models.Model):
    """A record whose `get_..._display` looks a word up: Django's own makes a dictionary of all choices each time."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> Any:  # noqa: N802  (Django's name)
        value = getattr(self, field.attname)
        word = _words_of(field).get(value, value)
        return str(word) if isinstance(word, Promise) else word


@cache
def _words_of(field: models.Field[Any, Any]) -> dict[Any, Any]:
    return dict(field.flatchoices)
