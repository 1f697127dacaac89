"""The call-taker's form: one line a question, most of them optional, each read as it is meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anlan.core.city.current import city_zone
from anlan.core.models import City
from anlan.core.refusals import Refused
from anlan.intake.channels import Channel
from anlan.intake.forms.entry import category_of, received_at
from anlan.intake.forms.public import PlaceMixin, clean_phone
from anlan.intake.models import Category, KeyQuestion
from anlan.intake.public.form_token import opened_at
from anlan.intake.queries.questions import asked
from anlan.intake.states import CARRIES_NOTHING, Validity

MAX_OPEN_S = 24 * 3600


class CallForm(PlaceMixin):
    """A call as it is typed."""

    what = forms.CharField(required=False)
    depth_cm = forms.CharField(required=False)
    channel = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    name = forms.CharField(required=False, max_length=80)
    received = forms.CharField(required=False)
    began_s = forms.CharField(required=False)
    validity = forms.CharField(required=False)
    token = forms.CharField(required=False)
    tells_of = forms.CharField(required=False, max_length=24)  # an open incident, as the desk saw it while typing
    urgency = forms.CharField(required=False)
    call_as = forms.CharField(required=False)

    def __init__(
        self, *args: Any, city: City | None, categories: Sequence[Category], at: dt.datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        self.categories, self.questions = list(categories), asked()
        self.at = at

    @property
    def carries_nothing(self) -> bool:
        """Whether the call was a misdial or a nuisance: then nothing else is asked."""
        return self.data.get("validity") in CARRIES_NOTHING

    @property
    def wordless(self) -> Category | None:
        """What the key makes of a call that nobody spoke on or that broke off; it needs no place and no kind."""
        return next((each for each in self.categories if each.call_key and each.code == self.data.get("call_as")), None)

    def clean_what(self) -> Category:
        """Find the category by key, code or first letters; nothing typed, it is what the key of the call says."""
        typed = self.cleaned_data["what"]
        if not typed.strip() and self.wordless:
            return self.wordless
        if not typed.strip() and self.carries_nothing:
            return next((category for category in self.categories if category.code == "other"), self.categories[-1])
        try:
            return category_of(typed, self.categories)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error

    def clean_depth_cm(self) -> int | None:
        """Read a depth in centimetres."""
        text = self.cleaned_data["depth_cm"].strip().casefold().removesuffix("cm").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= 1000):
            raise forms.ValidationError(_("Write whole centimetres from 0 to 1000, for example 30"))
        return int(text)

    def clean_channel(self) -> str:
        """Accept the channels that come by hand."""
        channel = self.cleaned_data["channel"] or Channel.PHONE_110
        if channel not in Channel.at_desk():
            raise forms.ValidationError(_("Choose a channel from the list"))
        return str(channel)

    def clean_phone(self) -> str:
        """Accept any number that can be called back."""
        return clean_phone(self.cleaned_data["phone"])

    def clean_validity(self) -> str:
        """Take the button that was pressed."""
        validity = self.cleaned_data["validity"] or Validity.VALID
        if validity not in Validity.values:
            raise forms.ValidationError(_("Choose valid, repeat, misdial or nuisance"))
        return str(validity)

    def clean_urgency(self) -> int | None:
        """Read what the call-taker set, if anything."""
        typed = self.cleaned_data["urgency"]
        if typed not in {"", "1", "2", "3"}:
            raise forms.ValidationError(_("Choose at once, soon or routine"))
        return int(typed) if typed else None

    def clean_received(self) -> dt.datetime | None:
        """Read the time of the call; untold, it is when the call-taker began to type, else the time of saving."""
        typed = self.cleaned_data["received"]
        if not typed.strip():
            return self._began()
        try:
            return received_at(typed, city_zone(), self.at)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Ask for a place, unless the call carried none."""
        data = self.cleaned_data
        data["point"] = self.point()
        category = data.get("what")
        data["call_back"] = bool(self.wordless or (category and category.call_key)) and not self.carries_nothing
        placed = data["point"] or data.get("where") or self.carries_nothing or data["call_back"]
        if not placed and (category is None or category.needs_place) and "where" not in self.errors:
            self.add_error("where", _("Write where it is, or put the pin"))
        data["answers"] = [] if self.carries_nothing else [each.code for each in self.questions if self.said_yes(each)]
        if isinstance(category, Category) and not category.depth:
            data["depth_cm"] = None
        return data

    def said_yes(self, question: KeyQuestion) -> bool:
        """Whether a question was answered yes; no, not known and no answer change nothing."""
        return self.data.get(f"ask-{question.code}") == "yes"

    def _began(self) -> dt.datetime | None:
        """Return when typing began: the browser measures it from when the form was handed out, by our clock."""
        opened, text = opened_at(self.data.get("token", "")), self.data.get("began_s", "")
        if opened is None or not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) > MAX_OPEN_S:
            return None
        began = opened + dt.timedelta(seconds=int(text))
        return began if began <= self.at else opened
