"""How an uploaded file is read: a column for each field, with the first rows and what would be refused."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anlan.core.people.members import actor_of
from anlan.core.refusals import Refused, headline
from anlan.core.time.clock import now
from anlan.geo import parse_crs
from anlan.intake.actions.imports import layout_of, uploaded_file
from anlan.intake.channels import Channel
from anlan.intake.files.counts import Counts
from anlan.intake.models import Category, ImportRun

TRIED = 20_000  # rows of a long file that the preview checks
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


class LayoutForm(forms.Form):
    """The columns and what holds for the whole file."""

    default_category = forms.ChoiceField(label=lazy("Category of rows that name none"), required=False)
    default_channel = forms.ChoiceField(label=lazy("Channel of rows that name none"), choices=Channel.choices)
    source = forms.CharField(label=lazy("Name of the list"), max_length=64)
    crs = forms.CharField(label=lazy("Coordinate system"), max_length=32)
    tz = forms.CharField(label=lazy("Time zone"), max_length=64)

    def __init__(self, run: ImportRun, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        self.problem = ""
        self.look: Any = None
        self.counts: Any = None
        categories = Category.objects.filter(active=True)
        named = [(category.code, f"{category.name} {category.name_en}") for category in categories]
        choices = self.fields["default_category"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [("", _("none")), *named]
        self.examine()

    @classmethod
    def of(cls, run: ImportRun, data: Any = None) -> LayoutForm:
        """Return the form of a run, filled with what was told or guessed."""
        return cls(run, data)

    def examine(self) -> None:
        """Read the file as it is laid out now: its columns, its first rows, and what would be refused."""
        from anlan.intake.files.chunks import import_file, require_usable
        from anlan.intake.files.layout import look
        from anlan.tables import TableError

        path, given = uploaded_file(self.run), layout_of(self.run)
        try:
            self.look, _times = look(path, name=self.run.file_name, given=given)
            self._offer_columns()
            require_usable(self.look.layout)
            assert self.run.person is not None
            actor = actor_of(self.run.person)
            _look, self.counts = import_file(
                path, name=self.run.file_name, given=given, actor=actor, at=now(), dry_run=True, most=TRIED
            )
        except (TableError, OSError) as error:
            self.problem = self._problem(error)

    def _problem(self, error: Exception) -> str:
        """Say what is missing, in the reader's language where the columns were read."""
        layout = self.look.layout if self.look else None
        if layout is None:
            return _("The file cannot be read: %(why)s") % {"why": error}
        if not layout.time:
            return _("Choose the column of the time of receipt.")
        if not (layout.lon and layout.lat) and not layout.place_words:
            return _("Choose the columns of the coordinates, or of the place words.")
        return _("Choose a category for rows that name none.")

    def _offer_columns(self) -> None:
        none = [("", _("none"))]
        choices = none + [(name, name) for name in self.look.columns]
        for name, label in COLUMN_LABELS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.initial = self.look.layout.plain()

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

    def options(self) -> dict[str, Any]:
        """Return what was said, as plain JSON."""
        return dict(self.cleaned_data)

    def column_fields(self) -> list[forms.BoundField]:
        """Return the choices of columns, in the order of the page."""
        return [self[name] for name in COLUMN_LABELS if name in self.fields]

    def file_fields(self) -> list[forms.BoundField]:
        """Return what holds for the whole file."""
        return [self[name] for name in ("default_category", "default_channel", "source", "crs", "tz")]

    def reasons(self) -> list[tuple[str, int]]:
        """Return why rows would be refused, with their number, the most frequent first."""
        return reasons_of(self.counts)


def reasons_of(counts: Counts | None) -> list[tuple[str, int]]:
    """Return why rows were refused, in words, with their number, the most frequent first."""
    reasons = [(headline(code), count) for code, count in counts.reasons.items()] if counts else []
    return sorted(reasons, key=lambda reason: -reason[1])
