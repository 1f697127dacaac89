"""How an uploaded file is read: a column for each field, what holds for all of it, and its own names of categories."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core.refusals import Refused
from anlan.geo import parse_crs
from anlan.intake.channels import Channel
from anlan.intake.files.survey import Survey
from anlan.intake.forms.openings import OpeningForm
from anlan.intake.models import Category
from anlan.intake.words import label

COLUMN_LABELS = {
    "time": lazy("Time of receipt"),
    "time_of_day": lazy("Time of day, where it stands apart"),
    "lon": lazy("Longitude or x"),
    "lat": lazy("Latitude or y"),
    "id": lazy("Number in the list"),
    "place_words": lazy("Place words"),
    "words": lazy("Words"),
    "category": lazy("Category"),
    "channel": lazy("Channel"),
    "depth_cm": lazy("Depth in cm"),
    "precision_m": lazy("Location error in m"),
}
FILE_FIELDS = ("default_category", "default_channel", "source", "crs", "tz")


class LayoutForm(OpeningForm):
    """How the file is opened, its columns, what holds for all of it, and what its own names of categories mean."""

    default_category = forms.ChoiceField(label=lazy("Category of rows that name none"), required=False)
    default_channel = forms.ChoiceField(label=lazy("Channel of rows that name none"), choices=Channel.choices)
    source = forms.CharField(label=lazy("Name of the list"), max_length=64)
    crs = forms.CharField(label=lazy("Coordinate system"), max_length=32)
    tz = forms.CharField(label=lazy("Time zone"), max_length=64)

    def __init__(self, seen: Survey, options: Mapping[str, Any], data: Any = None) -> None:
        super().__init__(seen, data)
        self.options = options
        self.renamed: dict[str, str] = dict(options.get("renamed", {}))
        categories = [(category.code, label(category)) for category in Category.objects.filter(active=True)]
        none, column = [("", _("none"))], [(name, name) for name in seen.columns]
        choices = self.fields["default_category"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = none + categories
        for name, words in COLUMN_LABELS.items():
            self.fields[name] = forms.ChoiceField(label=words, choices=none + column, required=False)
        self.own_names = {_field_of(name): name for name in [*self.renamed, *seen.unknown]}
        for field, name in self.own_names.items():
            again = [("", _("leave such rows out")), *categories]
            self.fields[field] = forms.ChoiceField(label=name, choices=again, required=False)
        self.initial.update({field: self.renamed.get(name, "") for field, name in self.own_names.items()})

    def clean_crs(self) -> str:
        """Read the coordinate system's name."""
        try:
            return str(parse_crs(self.cleaned_data["crs"]))
        except ValueError as error:
            raise forms.ValidationError(str(Refused("unknown_crs", "crs"))) from error

    def clean_tz(self) -> str:
        """Check the zone."""
        zone = str(self.cleaned_data["tz"])
        if zone not in available_timezones():
            raise forms.ValidationError(_("Write a zone such as Asia/Shanghai."))
        return zone

    def said(self) -> dict[str, Any]:
        """Return what was said, as plain JSON, with the heads of the file that it was said of."""
        said = self.cleaned_data
        renamed = {name: said[field] for field, name in self.own_names.items() if said[field]}
        header = {"header": self.options["header"]} if "header" in self.options else {}
        for_file = {name: said[name] for name in FILE_FIELDS} | self.said_of_opening() | {"renamed": renamed}
        if said["crs"] != self.seen.layout.get("crs") or self.options.get("crs_named"):
            for_file["crs_named"] = True
        elif "crs" in self.options:
            for_file["crs"] = self.options["crs"]  # the file's own was shown; of another sheet it may be another
        if self.is_opened_anew() or not self.seen.columns:  # of other heads the columns are looked for once more
            return for_file
        return {name: said[name] for name in COLUMN_LABELS} | for_file | header

    def is_as_seen(self) -> bool:
        """Whether the rows were seen as they are laid out now."""
        said = self.cleaned_data | self.said_of_opening()
        names = (*COLUMN_LABELS, *FILE_FIELDS, "time_order")
        same = all((said[name] or "") == (self.seen.layout.get(name) or "") for name in names)
        return same and not self.is_opened_anew() and self.said()["renamed"] == self.renamed

    def column_fields(self) -> list[forms.BoundField]:
        """Return the choices of columns, in the order of the page."""
        return [self[name] for name in COLUMN_LABELS]

    def file_fields(self) -> list[forms.BoundField]:
        """Return what holds for the whole file."""
        return [self[name] for name in FILE_FIELDS]

    def name_fields(self) -> list[tuple[forms.BoundField, int]]:
        """Return the list's own names of categories, with how many rows have one that means nothing yet."""
        return [(self[field], self.seen.unknown.get(name, 0)) for field, name in self.own_names.items()]


def _field_of(name: str) -> str:
    """Return the field of a name that a list has for a category: a name may hold what no field's may."""
    return f"means-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
