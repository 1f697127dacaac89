"""What forms of prevention share: choices of organisations."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.core.models import Organisation
from anlan.core.pages.forms import Choices
from anlan.prevention.words import named


def active_organisations() -> Choices:
    """Return the organisations that take work, as choices in the reader's language."""
    return choices_of(Organisation.objects.filter(active=True).order_by("code"))


def choices_of(organisations: Iterable[Organisation]) -> Choices:
    """Return organisations as choices."""
    return [(organisation.code, named(organisation)) for organisation in organisations]
