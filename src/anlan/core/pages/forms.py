"""Forms of pages: what is typed for a verb, and which field shows why the verb refused."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

Choices = list[tuple[str, Any]]


def choosing(form: forms.Form, name: str, choices: Choices, empty: Any = "—") -> None:
    """Give a field of a form its choices."""
    first = [] if empty is None else [("", empty)]
    cast(forms.ChoiceField, form.fields[name]).choices = [*first, *choices]


class StepForm(forms.Form):
    """A step's form: `alias` says which field shows a refusal that names another word ("actor": whose it is not)."""

    alias: dict[str, str] = {}

    @classmethod
    def of(cls, record: Any, today: dt.date, **options: Any) -> StepForm:
        """Return the form of a step with a record, empty, with what is known of it, or as it was sent."""
        return cls(**options)

    def asked(self) -> dict[str, Any]:
        """Return what the verb takes."""
        return dict(self.cleaned_data)

    def field_of(self, name: str | None) -> str | None:
        """Return the field that shows a refusal, or none for the whole form."""
        meant = self.alias.get(name or "", name)
        return meant if meant in self.fields else None


class ReasonForm(StepForm):
    """Why, in one line."""

    alias = {"words": "reason"}
    reason = forms.CharField(max_length=200, label=_("Reason"))
