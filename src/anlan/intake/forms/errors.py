"""What stands in the box at the top of a public page when something could not be done: what, why, what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.forms import Form
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.city.current import city
from anlan.core.models.city import ANYWHERE
from anlan.core.refusals import Refused


@dataclass(frozen=True)
class FormError:
    """One thing to change, with the field that it is about."""

    field: str
    message: str


@dataclass(frozen=True)
class FormErrors:
    """A title, a sentence, and links to the fields."""

    title: str
    lead: str
    items: list[FormError] = field(default_factory=list)
    code: str = ""  # where the tracking code of a report that is here already is shown

    @classmethod
    def too_much(cls) -> FormErrors:
        """More was sent than a report can hold."""
        lead = _("Nothing was stored. Words may have 2,000 characters and a photo 10 MB. Please write it shorter.")
        return cls(_("That was too much to send"), lead)

    @classmethod
    def form_too_old(cls) -> FormErrors:
        """The form lay open for more than a day, or its token was not ours."""
        lead = _("The report has not been sent yet. What you wrote is still here: please press Send once more.")
        return cls(_("The page was open for too long"), lead)

    @classmethod
    def sent_before(cls, code: str = "") -> FormErrors:
        """The same form came with other words."""
        return cls(_("This page was sent before, with other words"), first_report(), code=code)

    @classmethod
    def over(cls, form: Form, code: str) -> FormErrors:
        """A try that had faults comes again, as from a browser that went back, after the report was taken."""
        return cls(_("We have your report"), first_report(), of_form(form).items, code)

    @classmethod
    def call_too_old(cls) -> FormErrors:
        """A call's form lay open for more than a day."""
        return cls(_("The page was open for too long"), _("The call is not saved yet: save it once more."))

    @classmethod
    def call_saved_before(cls) -> FormErrors:
        """The same call came with other words."""
        lead = _("It stands in the list as it was saved first. Save once more to enter this as a call of its own.")
        return cls(_("This call was saved before, with other words"), lead)

    @classmethod
    def too_many_reports(cls) -> FormErrors:
        """One address sends too many reports."""
        lead = _(
            "Many reports came from your network within a few minutes. What you wrote is still here: please wait ten "
            "minutes and press Send again, or call %(number)s."
        )
        return cls(_("Please wait a little"), lead % {"number": hotline()})

    @classmethod
    def too_many_codes(cls) -> FormErrors:
        """One address tries too many codes."""
        lead = _("Many wrong codes came from your network. Please wait ten minutes and try again, or call %(number)s.")
        return cls(_("Please wait a little"), lead % {"number": hotline()})

    @classmethod
    def no_code(cls, typed: str) -> FormErrors:
        """What was typed cannot be a code."""
        letters = sum(letter.isalnum() for letter in typed)
        lead = _("A code has 16 letters and digits; this one has %(letters)d.") % {"letters": letters}
        if letters == 16:
            lead = _("A code never has the letter U or signs other than letters and digits.")
        return cls(_("This is no tracking code yet"), lead, [FormError("code", _("Check the code"))])

    @classmethod
    def unknown_code(cls) -> FormErrors:
        """No report has this code."""
        lead = _("Compare it sign by sign with what you wrote down. Nobody can look a code up for you.")
        return cls(_("No report has this code"), lead, [FormError("code", _("Check the code"))])

    @classmethod
    def too_late(cls, refused: Refused) -> FormErrors:
        """The ten minutes are over."""
        return cls(_("It is too late to withdraw"), str(refused))

    @classmethod
    def not_taken(cls, refused: Refused) -> FormErrors:
        """What was sent cannot be taken any more, as from a page of before."""
        return cls(_("This was not stored"), str(refused))


def first_report() -> str:
    """Say that a report is here, and what to do with another one."""
    return _(
        "Your first report is with us as you sent it. If this is a second report, press Send once more; "
        "to add to the first one, use its tracking code."
    )


def not_saved() -> str:
    """Say that a call was not saved."""
    return _("The call is not saved yet. What was typed is still here.")


def of_form(form: Form, lead: str = "") -> FormErrors:
    """Name each field that has to change, in the order of the page."""
    items = [FormError(name, str(form.errors[name][0])) for name in form.fields if name in form.errors]
    title = ngettext("One thing is missing or wrong", "%(count)d things are missing or wrong", len(items))
    lead = lead or _("The report has not been sent yet. What you wrote is still here.")
    return FormErrors(title % {"count": len(items)}, lead, items)


def hotline() -> str:
    """Return the number to call when this page cannot help: the city's hotline, or the emergency numbers."""
    here = city()
    return str((here.option("hotline") if here else None) or telephone())


def telephone() -> str:
    """Return the emergency numbers as a sentence part: 110, 119 or 120."""
    here = city()
    return _alternatives(here.emergency_numbers if here else ANYWHERE)


def telephone_links() -> str:
    """Return the emergency numbers as a sentence part, each to be pressed."""
    here = city()
    numbers = here.emergency_numbers if here else ANYWHERE
    links = [format_html('<a href="tel:{0}">{0}</a>', number) for number in numbers]
    return mark_safe(_alternatives(links))  # noqa: S308 (numbers are escaped one by one, the words are the catalogue's)


def _alternatives(words: Sequence[str]) -> str:
    if len(words) == 1:
        return words[0]
    return _("%(first)s or %(last)s") % {"first": _(", ").join(words[:-1]), "last": words[-1]}
