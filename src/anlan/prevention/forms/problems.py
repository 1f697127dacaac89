"""What people type about problems: raised, instructed, decided by the arbiter, struck off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import Choices, StepForm, choosing
from anlan.core.web.fields import day_field
from anlan.prevention.forms.fields import active_organisations
from anlan.prevention.models import Origin, Problem
from anlan.prevention.words import LEVELS


class RaiseForm(StepForm):
    """Picked sites of an adopted study, silent areas beside them, and whom it is sent to."""

    alias = {"study": "sites"}
    title = forms.CharField(max_length=120, label=_("Title of the analysis report"))
    addressee = forms.ChoiceField(label=_("Addressee"))
    sites = forms.TypedMultipleChoiceField(required=False, coerce=int, label=_("Sites"))
    silent_areas = forms.MultipleChoiceField(required=False, label=_("Silent areas"),
                                             widget=forms.CheckboxSelectMultiple)  # fmt: skip
    silence_words = forms.CharField(required=False, max_length=200, label=_("Why there are no silent areas"))

    def __init__(self, *args: Any, organisations: Choices, sites: Choices, areas: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "addressee", organisations)
        choosing(self, "sites", sites, empty=None)
        choosing(self, "silent_areas", areas, empty=None)
        self.fields["silent_areas"].help_text = _("People live there and nobody reports: one place in twenty is kept.")

    def clean(self) -> dict[str, Any]:
        """Ask for something to raise."""
        data = self.cleaned_data
        if not data.get("sites") and not data.get("silent_areas") and "sites" not in self.errors:
            self.add_error("sites", _("Choose at least one site or silent area."))
        return data


class SingleForm(StepForm):
    """One problem that is no site: a key area, a hazard found on a round, an item of a campaign."""

    origin = forms.ChoiceField(label=_("Origin"))
    title = forms.CharField(max_length=120, label=_("What is to be put right"))
    title_en = forms.CharField(max_length=120, required=False, label=_("The same in English, if known"))
    area = forms.ChoiceField(required=False, label=_("Area"))
    exit_criteria = forms.CharField(required=False, max_length=400, label=_("Exit criteria"))
    addressee = forms.ChoiceField(label=_("Addressee"))

    def __init__(self, *args: Any, organisations: Choices, areas: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "addressee", organisations)
        choosing(self, "area", areas)
        origins = [(value, word) for value, word in Origin.choices if value not in {Origin.SITE, Origin.SILENT_AREA}]
        choosing(self, "origin", origins, empty=None)
        self.fields["exit_criteria"].help_text = _("A key area is listed with its exit criteria.")

    def asked(self) -> dict[str, Any]:
        """Return an analysis report of one problem, named as the problem is."""
        problem = dict(self.cleaned_data)
        return {"title": problem["title"], "addressee": problem.pop("addressee"), "others": [problem]}


class InstructForm(StepForm):
    """The government's instruction: its paper, one lead, those that help, and who supervises."""

    alias = {"words": "reference"}
    reference = forms.CharField(max_length=80, label=_("Number of the instruction"))
    on = day_field(_("Date of the instruction"))
    lead = forms.ChoiceField(label=_("Lead"))
    supporting = forms.MultipleChoiceField(required=False, label=_("Supporting"), widget=forms.CheckboxSelectMultiple)
    supervision_level = forms.ChoiceField(required=False, choices=LEVELS, label=_("Supervision by"))

    @classmethod
    def of(cls, record: Problem, today: dt.date, **options: Any) -> StepForm:
        """Return the form with what is known already of a problem's instruction."""
        helping = [helper.code for helper in record.supporting.all()]
        known = {"on": today, "lead": record.lead.code if record.lead else "", "supporting": helping,
                 "supervision_level": record.supervision_level}  # fmt: skip
        return cls(organisations=active_organisations(), initial=known, **options)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "lead", organisations)
        choosing(self, "supporting", organisations, empty=None)


class InstructManyForm(InstructForm):
    """One instruction for the chosen problems of an analysis report."""

    problems = forms.MultipleChoiceField(
        label=_("Problems"),
        error_messages={
            "required": _("Choose the problems of the instruction."),
            "invalid_choice": _("%(value)s does not wait for an instruction any more; take it off and send again."),
        },
    )

    def __init__(self, *args: Any, problems: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "problems", [(number, number) for number in problems], empty=None)


class ArbitrateForm(StepForm):
    """Whose problem it is, and why."""

    alias = {"words": "reason"}
    lead = forms.ChoiceField(label=_("Lead"))
    reason = forms.CharField(max_length=200, label=_("Reason"))

    @classmethod
    def of(cls, record: Problem, today: dt.date, **options: Any) -> StepForm:
        """Return the form with the organisations that take work."""
        return cls(organisations=active_organisations(), **options)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "lead", organisations)


class DelistingForm(StepForm):
    """The paper by which a superior's supervision ends."""

    alias = {"words": "reference"}
    reference = forms.CharField(max_length=80, label=_("Number of the delisting paper"))

    @classmethod
    def of(cls, record: Problem, today: dt.date, **options: Any) -> StepForm:
        """Ask for the paper only where a superior supervises."""
        return cls(**options) if record.supervision_level else StepForm(**options)
