"""What people type about problems and tasks, checked field by field; the verbs decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.models import Organisation
from anlan.core.web.fields import MomentField, day_field
from anlan.intake.forms.public import reencoded
from anlan.intake.public.photos import Photo
from anlan.prevention.models import Origin, Task
from anlan.prevention.queries.problems import named

Choices = list[tuple[str, Any]]
LEVELS = [("", "—"), ("ministry", _("Ministry")), ("province", _("Province")), ("city", _("City")),
          ("district", _("District"))]  # fmt: skip


def level_word(level: str) -> Any:
    """Name the level that keeps a problem on its open list."""
    return dict(LEVELS).get(level, level)


def active_organisations() -> Choices:
    """Return the organisations that take work, as choices in the reader's language."""
    return choices_of(Organisation.objects.filter(active=True).order_by("code"))


def choices_of(organisations: Iterable[Organisation]) -> Choices:
    """Return organisations as choices."""
    return [(one.code, named(one)) for one in organisations]


def choosing(form: forms.Form, name: str, choices: Choices, empty: str | None = "—") -> None:
    """Give a field of a form its choices."""
    first = [] if empty is None else [("", empty)]
    cast(forms.ChoiceField, form.fields[name]).choices = [*first, *choices]


class StepForm(forms.Form):
    """A step's form: `alias` says which field shows a refusal that names another word."""

    alias: dict[str, str] = {}

    def told(self) -> dict[str, Any]:
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


class DelistingForm(StepForm):
    """The paper by which a superior's supervision ends."""

    alias = {"words": "reference"}
    reference = forms.CharField(max_length=80, label=_("Number of the delisting paper"))


class InstructForm(StepForm):
    """The government's instruction: its paper, one lead, those that help, and who supervises."""

    alias = {"words": "reference"}
    reference = forms.CharField(max_length=80, label=_("Number of the instruction"))
    on = day_field(_("Date of the instruction"))
    lead = forms.ChoiceField(label=_("Lead"))
    supporting = forms.MultipleChoiceField(required=False, label=_("Supporting"), widget=forms.CheckboxSelectMultiple)
    supervision_level = forms.ChoiceField(required=False, choices=LEVELS, label=_("Supervision by"))

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

    def __init__(self, *args: Any, organisations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "lead", organisations)


class PlanForm(StepForm):
    """One task of a problem."""

    kind = forms.ChoiceField(choices=Task.Kind.choices, label=_("Kind"))
    title = forms.CharField(max_length=120, label=_("What is to be done"))
    responsible = forms.CharField(max_length=80, label=_("Responsible post"))
    organisation = forms.ChoiceField(label=_("Organisation"))
    due_on = day_field(_("Deadline"))
    criterion = forms.CharField(max_length=200, label=_("Acceptance criterion"))

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


class IssueForm(StepForm):
    """A list of chosen tasks: its kind and until when."""

    tasks = forms.MultipleChoiceField(
        label=_("Tasks"),
        error_messages={
            "required": _("Choose the tasks of the list."),
            "invalid_choice": _("%(value)s is no open task any more; take it off and send again."),
        },
    )
    kind = forms.CharField(max_length=40, label=_("Kind of list"))
    due_on = day_field(_("Deadline"))

    def __init__(self, *args: Any, tasks: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosing(self, "tasks", [(number, number) for number in tasks], empty=None)


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


class OneForm(StepForm):
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

    def told(self) -> dict[str, Any]:
        """Return an analysis report of one problem, named as the problem is."""
        data = dict(self.cleaned_data)
        return {"title": data["title"], "addressee": data.pop("addressee"), "others": [data]}


class CorrectionForm(StepForm):
    """What a gauge really measured, and what was wrong."""

    end = MomentField(label=_("Ended"))
    peak_mm_h = forms.FloatField(min_value=0.1, max_value=500, label=_("Strongest hour, mm/h"))
    source = forms.CharField(max_length=80, required=False, label=_("Gauge or source"))
    reason = forms.CharField(max_length=200, label=_("What was wrong"))


class StormForm(StepForm):
    """A storm as a rain gauge measured it, in the city's time."""

    start = MomentField(label=_("Began"))
    end = MomentField(label=_("Ended"))
    peak_mm_h = forms.FloatField(min_value=0.1, max_value=500, label=_("Strongest hour, mm/h"))
    source = forms.CharField(max_length=80, required=False, label=_("Gauge or source"))
