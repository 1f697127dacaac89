"""What people type about storms as the gauges measured them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import StepForm
from anlan.core.web.fields import MomentField


class StormForm(StepForm):
    """A storm as a rain gauge measured it, in the city's time."""

    start = MomentField(label=_("Began"))
    end = MomentField(label=_("Ended"))
    peak_mm_h = forms.FloatField(min_value=0.1, max_value=500, label=_("Strongest hour, mm/h"))
    source = forms.CharField(max_length=80, required=False, label=_("Gauge or source"))


class CorrectionForm(StepForm):
    """What a gauge really measured, and what was wrong."""

    end = MomentField(label=_("Ended"))
    peak_mm_h = forms.FloatField(min_value=0.1, max_value=500, label=_("Strongest hour, mm/h"))
    source = forms.CharField(max_length=80, required=False, label=_("Gauge or source"))
    reason = forms.CharField(max_length=200, label=_("What was wrong"))
