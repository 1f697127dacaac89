"""The form with which a plan is fixed: a period and its measures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.words import GROUPS, group_word, name_of
from anlan.core.words import in_chinese


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})  # the browser reads no other format


class PlanForm(forms.Form):
    """A period and its measures."""

    since = forms.DateField(label=gettext_lazy("From"), widget=_day())
    until = forms.DateField(label=gettext_lazy("Until"), widget=_day())
    measures = forms.MultipleChoiceField(
        label=gettext_lazy("Measures"), widget=forms.CheckboxSelectMultiple, choices=lambda: _choices(),
        error_messages={"required": gettext_lazy("Choose at least one measure.")},
    )  # fmt: skip


def _choices() -> list[tuple[str, str]]:
    return [(code, name_of(measure)) for code, measure in MEASURES.items()]


def measure_groups(form: PlanForm) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Return the boxes of the measures by the part of the bulletin that they stand in, each with its definition."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for box in form["measures"]:
        measure = MEASURES[str(box.data["value"])]
        found.setdefault(measure.group, []).append((box, measure.says if in_chinese() else measure.says_en))
    return [(group_word(group), found[group]) for group in GROUPS if group in found]
