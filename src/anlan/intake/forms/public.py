"""What people type, checked field by field, with messages that say what to change."""

from __future__ import annotations

import math
import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anlan.core.models import City
from anlan.core.refusals import Refused
from anlan.intake.models import Category
from anlan.intake.public.photos import Photo, reencoded
from anlan.intake.queries.questions import asked
from anlan.intake.rules.values import FULL_WIDTH_DIGITS

MAX_PLACE = 200
MAX_WORDS = 2000
DEPTHS = {"ankle": 15, "wheel": 30, "knee": 50}
PHONE = re.compile(r"^\+?[0-9][0-9 ()\-/.]{4,24}$")


class PlaceMixin(forms.Form):
    """Words for the place, and a point that must lie in the city."""

    where = forms.CharField(required=False)
    lon = forms.CharField(required=False)
    lat = forms.CharField(required=False)
    precision_m = forms.CharField(required=False)
    words = forms.CharField(required=False, strip=True)
    city: City | None = None

    def clean_where(self) -> str:
        """Bound the place words."""
        return bounded(self.cleaned_data["where"], MAX_PLACE)

    def clean_words(self) -> str:
        """Bound the free words."""
        return bounded(self.cleaned_data["words"], MAX_WORDS)

    def clean_precision_m(self) -> float | None:
        """Read how far off the point may lie; what cannot be read was not told."""
        try:
            metres = float(self.cleaned_data["precision_m"])
        except ValueError:
            return None
        return metres if 0 <= metres <= 20_000 else None

    def point(self) -> tuple[float, float] | None:
        """Return the point, or None when there is none; add an error when it cannot be used."""
        texts = self.cleaned_data.get("lon", ""), self.cleaned_data.get("lat", "")
        if not any(texts):
            return None
        try:
            lon, lat = (float(text) for text in texts)
        except ValueError:
            lon = lat = math.nan
        if self.city and not _inside(self.city, lon, lat):
            self.add_error(
                "where", _("The pin is outside the city. Move it to where you are, or remove it and write the place.")
            )
            return None
        return lon, lat


class CitizenForm(PlaceMixin):
    """The public page: what, how deep, where, and what somebody wants to add."""

    category = forms.CharField(required=False)
    depth = forms.CharField(required=False)
    photo = forms.FileField(required=False, allow_empty_file=True)
    phone = forms.CharField(required=False)
    field_order = ("category", "depth", "where", "lon", "lat", "precision_m", "words", "photo", "phone")  # of the page

    def __init__(
        self, *args: Any, city: City | None, categories: list[Category], photo_dropped: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.photo_dropped = photo_dropped
        self.city = city
        self.categories = {category.code: category for category in categories}
        self.questions = [each for each in asked() if any(each.asks(category) for category in categories)]

    @property
    def ticked(self) -> list[str]:
        """Return which of the questions were answered yes; a box left empty says nothing."""
        sent = set(self.data.getlist("answers")) if hasattr(self.data, "getlist") else set()
        return [question.code for question in self.questions if question.code in sent]

    def clean_category(self) -> Category:
        """Find the category among those that the public may choose."""
        category = self.categories.get(self.cleaned_data["category"])
        if category is None:
            raise forms.ValidationError(_("Choose what you see"))
        return category

    def clean_depth(self) -> int | None:
        """Turn the picture into centimetres."""
        chosen = self.cleaned_data["depth"]
        if chosen and chosen not in DEPTHS:
            raise forms.ValidationError(_("Choose one of the three pictures, or none"))
        return DEPTHS.get(chosen)

    def clean_phone(self) -> str:
        """Accept any number that can be called back."""
        return clean_phone(self.cleaned_data["phone"])

    def clean_photo(self) -> Photo | None:
        """Re-encode the photo, or say what to do."""
        if self.photo_dropped:
            raise forms.ValidationError(str(Refused("too_big", "photo")))
        return reencoded(self.cleaned_data["photo"])

    def clean(self) -> dict[str, Any]:
        """Ask for a place: words or a pin."""
        data = self.cleaned_data
        data["point"], data["answers"] = self.point(), self.ticked
        if not data["point"] and not data.get("where") and "where" not in self.errors:
            self.add_error("where", _("Say where it is, or tap the map"))
        category = data.get("category")
        if category and not category.depth:
            data["depth"] = None
        return data


def clean_phone(text: str) -> str:
    """Return a telephone number as typed, digits made plain."""
    plain = text.translate(FULL_WIDTH_DIGITS).strip()
    if plain and not PHONE.match(plain):
        raise forms.ValidationError(_("Write the number with digits only, for example 138 0000 0000"))
    return plain


def bounded(text: str, limit: int) -> str:
    """Return a text as typed, or say by how much it is too long."""
    if len(text) > limit:
        raise forms.ValidationError(
            _("Shorten this to %(limit)d characters; it has %(length)d now") % {"limit": limit, "length": len(text)}
        )
    return text


def _inside(city: City, lon: float, lat: float) -> bool:
    return city.west <= lon <= city.east and city.south <= lat <= city.north
