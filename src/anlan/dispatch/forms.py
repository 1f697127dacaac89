"""What people type about units."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import StepForm, choosing
from anlan.core.people.actors import Actor
from anlan.core.web.fields import MomentField
from anlan.core.words import area_label
from anlan.dispatch.queries.units import units_of


class ShiftForm(StepForm):
    """A unit's time on duty, and how many people go with it."""

    alias = {"actor": "unit"}

    unit = forms.ChoiceField(label=_("Unit"))
    begins_at = MomentField(label=_("Begins"))
    ends_at = MomentField(label=_("Ends"))
    people = forms.IntegerField(min_value=1, max_value=999, label=_("People"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(unit.code, f"{area_label(unit)} · {unit.get_kind_display()}") for unit in units_of(actor)]
        choosing(self, "unit", units, empty=None)
