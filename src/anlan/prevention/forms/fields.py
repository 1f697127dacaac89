"""What forms of prevention share: choices of organisations, and the form of a step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.models import Organisation
from anlan.prevention.words import named

Choices = list[tuple[str, Any]]


def active_organisations() -> Choices:
    """Return the organisations that take work, as choices in the reader's language."""
    return choices_of(Organisation.objects.filter(active=True).order_by("code"))


def choices_of(organisations: Iterable[Organisation]) -> Choices:
    """Return organisations as choices."""
    return [(organisation.code, named(organisation)) for organisation in organisations]


def choosing(form: forms.Form, name: str, choices: Choices, empty: str | None = "—") -> None:
    """Give a field of a form its choices."""
    first = [] if empty is None else [("", empty)]
    cast(forms.ChoiceField, form.fields[name]).choices = [*first, *choices]


class StepForm(forms.Form):
    """A step's form: `alias` says which field shows a refusal that names another word."""

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
