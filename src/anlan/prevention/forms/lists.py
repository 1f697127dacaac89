"""What people type about a numbered list of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anlan.core.pages.forms import StepForm, choosing
from anlan.core.web.fields import day_field


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
