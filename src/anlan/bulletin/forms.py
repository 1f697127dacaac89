"""What a publisher types: a plan's period and measures, the words of an issue, the note of a correction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.words import GROUPS, group_word, name_of
from anlan.core.pages.forms import Choices, StepForm, choosing
from anlan.core.web.fields import day_field
from anlan.core.words import in_chinese


def _line(most: int, label: Any, **more: Any) -> forms.CharField:
    """Return a field that a browser keeps short; what gets here all the same the verb refuses in its own words."""
    return forms.CharField(required=False, label=label, widget=forms.TextInput({"maxlength": most} | more))


class PlanForm(StepForm):
    """A period and its measures."""

    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Until"))
    measures = forms.MultipleChoiceField(
        label=gettext_lazy("Measures"), widget=forms.CheckboxSelectMultiple, choices=lambda: _choices(),
        error_messages={"required": gettext_lazy("Choose at least one measure.")},
    )  # fmt: skip


class ComposeForm(StepForm):
    """The words over an issue, and the estimate whose sentence it prints; what is missing the verb says."""

    headline = _line(120, gettext_lazy("Headline in Chinese"), required=True)
    headline_en = _line(160, gettext_lazy("Headline in English"))
    estimate = forms.ChoiceField(required=False, label=gettext_lazy("Estimate whose sentence is printed"))

    def __init__(self, *args: Any, estimates: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "estimate", estimates)


class CorrectForm(StepForm):
    """What was wrong with an issue, and the headline where that was."""

    headline = _line(120, gettext_lazy("Headline in Chinese"))
    headline_en = _line(160, gettext_lazy("Headline in English"))
    note = _line(400, gettext_lazy("What was wrong, and why, in Chinese"), required=True)
    note_en = _line(400, gettext_lazy("What was wrong, and why, in English"), required=True)


def _choices() -> list[tuple[str, str]]:
    return [(code, name_of(measure)) for code, measure in MEASURES.items()]


def measure_groups(form: PlanForm) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Return the boxes of the measures by the part of the bulletin that they stand in, each with its definition."""
    found: dict[str, list[tuple[Any, str]]] = {}
    for box in form["measures"]:
        measure = MEASURES[str(box.data["value"])]
        found.setdefault(measure.group, []).append((box, measure.says if in_chinese() else measure.says_en))
    return [(group_word(group), found[group]) for group in GROUPS if group in found]
