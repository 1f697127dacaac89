"""Fields of forms for days and moments, written as on paper and read in the city's time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from anlan.core.city.current import city_zone


def day_field(label: Any) -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))


class MomentField(forms.DateTimeField):
    """A moment to the minute, as a clock on the wall of the city shows it."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        """Show a moment that is known in the city's zone, and what was typed as it was typed."""
        return value.astimezone(city_zone()).replace(tzinfo=None) if isinstance(value, dt.datetime) else value

    def clean(self, value: Any) -> dt.datetime | None:
        """Return what was typed, in the city's zone."""
        typed: dt.datetime | None = super().clean(value)
        if typed and not 1900 <= typed.year <= 2200:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return typed and typed.replace(tzinfo=city_zone())
