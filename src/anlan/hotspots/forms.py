"""The form of a new study."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.models import AreaVersion
from anlan.core.pages.forms import StepForm, choosing
from anlan.core.web.fields import day_field
from anlan.core.words import area_label
from anlan.hotspots.rules import ANALYSABLE
from anlan.intake.models import Category

PARAMETERS = ("radius_m", "min_episodes", "episode_gap_h", "min_reports")


class StudyForm(StepForm):
    """Period, categories, area, and the method's parameters with their defaults."""

    name = forms.CharField(max_length=120, required=False, label=_("Name"))
    since = day_field(_("First day"))
    until = day_field(_("Last day, included"))
    categories = forms.MultipleChoiceField(label=_("Categories"), widget=forms.CheckboxSelectMultiple)
    area = forms.ChoiceField(required=False, label=_("Area"))
    radius_m = forms.FloatField(initial=100, label=_("Largest radius (m)"))
    min_episodes = forms.IntegerField(initial=2, label=_("Separate episodes, at least"))
    episode_gap_h = forms.FloatField(initial=24, label=_("Hours without a report that part two episodes"))
    min_reports = forms.IntegerField(
        required=False,
        label=_("Reports, at least"),
        help_text=_(
            "Empty: the method chooses so that scattered reports alone hardly make a place, and says what it chose."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = Category.objects.filter(active=True, group__in=ANALYSABLE)
        choosing(self, "categories", [(category.code, area_label(category)) for category in categories], empty=None)
        versions = AreaVersion.objects.filter(valid_to__isnull=True).select_related("area")
        areas = [(version.area.code, area_label(version)) for version in versions.order_by("area__kind", "area__code")
                 if version.area.kind != "city"]  # fmt: skip
        choosing(self, "area", areas, empty=_("The whole city"))

    def asked(self) -> dict[str, Any]:
        """Return what the verb takes, the method's parameters together."""
        data = dict(self.cleaned_data)
        return data | {"parameters": {name: data.pop(name) for name in PARAMETERS}}
