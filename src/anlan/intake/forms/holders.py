"""What the holder of a tracking code sends later: an addition, or that the matter is not put right."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from anlan.core.refusals import Refused
from anlan.intake.forms.public import DEPTHS, MAX_WORDS, bounded
from anlan.intake.public.photos import Photo, reencoded


class WordsForm(forms.Form):
    """Words and a photo; both may be left out."""

    words = forms.CharField(required=False)
    photo = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, *args: Any, photo_dropped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.photo_dropped = photo_dropped

    def clean_words(self) -> str:
        """Bound the words."""
        return bounded(self.cleaned_data["words"], MAX_WORDS)

    def clean_photo(self) -> Photo | None:
        """Re-encode the photo, or say what to do."""
        if self.photo_dropped:
            raise forms.ValidationError(str(Refused("too_big", "photo")))
        return reencoded(self.cleaned_data["photo"])

    def sent(self) -> dict[str, Any]:
        """Return what was sent, as the verbs take it."""
        photo = self.cleaned_data["photo"]
        return {"words": self.cleaned_data["words"], **({"photos": [photo]} if photo else {})}


class AdditionForm(WordsForm):
    """What is added to a report that is dealt with: words, a photo, how deep it is now, or that the water is gone."""

    depth = forms.CharField(required=False)
    gone = forms.BooleanField(required=False)

    def clean_depth(self) -> int | None:
        """Turn the picture into centimetres."""
        chosen = self.cleaned_data["depth"]
        if chosen and chosen not in DEPTHS:
            raise forms.ValidationError(_("Choose one of the three pictures, or none"))
        return DEPTHS.get(chosen)

    def clean(self) -> dict[str, Any]:
        """Ask for something to add."""
        data = self.cleaned_data
        if not self.errors and not any(data[name] for name in ("words", "photo", "depth", "gone")):
            self.add_error("words", _("Write what has changed"))
        return data

    def sent(self) -> dict[str, Any]:
        """Return what was sent; that the water is gone says how deep it is."""
        return super().sent() | {"depth_cm": 0 if self.cleaned_data["gone"] else self.cleaned_data["depth"]}
