"""The form of a new estimate."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import StepForm, choosing
from anlan.core.people.actors import Actor
from anlan.core.web.fields import day_field
from anlan.hotspots.models import Study
from anlan.hotspots.words import period


class EstimateForm(StepForm):
    """The study whose sites were mended, the day on which the works count as done, and the days of reports."""

    study = forms.TypedChoiceField(label=_("Adopted study"), coerce=int)
    measure_at = day_field(_("Works done before this day count"))
    since = day_field(_("First day of reports"))
    until = day_field(_("Last day of reports, included"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        studies = Study.objects.visible_to(actor).adopted().order_by("-until")
        choosing(self, "study", [(str(study.pk), f"{period(study)} · {study.name}") for study in studies], empty=None)
        self.fields["measure_at"].help_text = _(
            "The start of a season: sites whose works were accepted before it are the mended ones, storms from it on"
            " are after."
        )
