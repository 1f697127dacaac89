"""The form of a new study."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anlan.core.models import AreaVersion
from anlan.hotspots.rules import ANALYSABLE
from anlan.intake.models import Category


class StudyForm(forms.Form):
    """Period, categories, area, and the method's parameters with their defaults."""

    name = forms.CharField(max_length=120, required=False, label=_("Name"))
    since = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label=_("Last day, included"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    categories = forms.MultipleChoiceField(label=_("Categories"), widget=forms.CheckboxSelectMultiple)
    area = forms.ChoiceField(required=False, label=_("Area"))
    radius_m = forms.FloatField(initial=100, label=_("Largest radius (m)"))
    min_episodes = forms.IntegerField(initial=2, label=_("Separate episodes, at least"))
    episode_gap_h = forms.FloatField(initial=24, label=_("Hours without a report that part two episodes"))
    min_reports = forms.IntegerField(required=False, label=_("Reports, at least"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = (get_language() or "en").startswith("en")
        categories = Category.objects.filter(active=True, group__in=ANALYSABLE)
        offered = cast(forms.MultipleChoiceField, self.fields["categories"])
        offered.choices = [(category.code, category.name_en if english else category.name) for category in categories]
        versions = (
            AreaVersion.objects.filter(valid_to__isnull=True)
            .select_related("area")
            .order_by("area__kind", "area__code")
        )
        areas = [
            (version.area.code, version.name_en if english else version.name)
            for version in versions
            if version.area.kind != "city"
        ]
        cast(forms.ChoiceField, self.fields["area"]).choices = [("", _("The whole city")), *areas]
