"""What an operator types about people: who they are, and what they are in which organisation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.models import Organisation
from anlan.core.pages.forms import StepForm, choosing
from anlan.core.people.actions import new_password
from anlan.core.people.roles import Role
from anlan.core.words import area_label


class RoleForm(StepForm):
    """A role in an organisation."""

    role = forms.ChoiceField(choices=[("", "—"), *Role.choices], label=_("Role"))
    organisation = forms.ChoiceField(label=_("Organisation"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = Organisation.objects.filter(active=True).order_by("code")
        choosing(self, "organisation", [(body.code, area_label(body)) for body in bodies])


class NewPersonForm(RoleForm):
    """Somebody who signs in, with a first role; nobody knows the first password, a link sets one."""

    username = forms.CharField(max_length=64, label=_("Log-in name"))
    name = forms.CharField(max_length=80, required=False, label=pgettext_lazy("a person", "Name"))
    language = forms.ChoiceField(
        choices=[("", _("As the browser asks")), *settings.LANGUAGES], required=False, label=_("Language")
    )
    field_order = ["username", "name", "role", "organisation", "language"]

    def asked(self) -> dict[str, Any]:
        """Return what the verb takes, with a password that nobody is told."""
        return super().asked() | {"password": new_password()}
