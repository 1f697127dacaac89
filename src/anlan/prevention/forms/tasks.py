"""What people type about tasks: planned, proved, verified, extended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import Choices, StepForm, choosing
from anlan.core.web.fields import day_field
from anlan.intake.public.photos import Photo, reencoded
from anlan.prevention.forms.fields import choices_of
from anlan.prevention.models import Problem, Task


class PlanForm(StepForm):
    """One task of a problem."""

    kind = forms.ChoiceField(choices=Task.Kind.choices, label=_("Kind"))
    title = forms.CharField(max_length=120, label=_("What is to be done"))
    responsible = forms.CharField(max_length=80, label=_("Responsible post"))
    organisation = forms.ChoiceField(label=_("Organisation"))
    due_on = day_field(_("Deadline"))
    criterion = forms.CharField(max_length=200, label=_("Acceptance criterion"))

    @classmethod
    def of(cls, record: Problem, today: dt.date, **options: Any) -> StepForm:
        """Return the form with those who may do a problem's tasks."""
        doers = [body for body in [record.lead, *record.supporting.all()] if body and body.active]
        return cls(organisations=choices_of(doers), **options)

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "organisation", organisations, empty=None)
        self.fields["responsible"].help_text = _("A post, never a person's name.")


class EvidenceForm(StepForm):
    """A photo, or a line of words, or both."""

    photo = forms.FileField(required=False, allow_empty_file=True, label=_("Photo"),
                            widget=forms.FileInput({"accept": "image/jpeg,image/png,image/webp"}))  # fmt: skip
    words = forms.CharField(required=False, max_length=200, label=_("Words"))

    def clean_photo(self) -> Photo | None:
        """Re-encode the photo, or say what to do."""
        return reencoded(self.cleaned_data["photo"])


class VerifyForm(StepForm):
    """What a verifier found, by the task's criterion."""

    passed = forms.TypedChoiceField(choices=[("yes", _("Passed")), ("no", _("Refused"))],
                                    coerce=lambda value: value == "yes", widget=forms.RadioSelect,
                                    label=_("Finding"))  # fmt: skip
    words = forms.CharField(required=False, max_length=200, label=_("Words"))


class ExtendForm(StepForm):
    """A later deadline, and why."""

    due_on = day_field(_("New deadline"))
    reason = forms.CharField(max_length=200, label=_("Reason"))

    @classmethod
    def of(cls, record: Task, today: dt.date, **options: Any) -> StepForm:
        """Return the form with what is asked for already."""
        asked = record.requests.waiting().first()
        return cls(initial={"due_on": asked.due_on, "reason": asked.reason} if asked else None, **options)
