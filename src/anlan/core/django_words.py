"""Django's own words on our pages: named here so that our catalogue says them; Django's Chinese is none or odd."""

from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext_lazy

FIELDS = (
    noop("This field is required."),
    noop("Select a valid choice. %(value)s is not one of the available choices."),
    noop("Select a valid choice. That choice is not one of the available choices."),
    noop("Enter a whole number."),
    noop("Enter a number."),
    noop("Enter a valid date."),
    noop("Enter a valid date/time."),
    noop("Enter a valid time."),
    noop("Ensure this value is less than or equal to %(limit_value)s."),
    noop("Ensure this value is greater than or equal to %(limit_value)s."),
    noop("Null characters are not allowed."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
)
PASSWORDS = (
    noop("This password is too common."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
ADMIN = (
    noop(" By %(filter_title)s "),
    noop("Add"),
    noop("Log out"),
    noop("Add %s"),
    noop("Add %(name)s"),
    noop("Add link"),
    noop("Change or view list link"),
    noop("Model name"),
    noop("My actions"),
    noop("Recent actions"),
    noop("Select %s to change"),
)
