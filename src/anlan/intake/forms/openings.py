"""How an uploaded file is opened: row of the heads, sheet, encoding, order of day and month; asked where it matters."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as lazy

from anlan.intake.files.layout import OPENING_FIELDS
from anlan.intake.files.survey import Survey

ENCODINGS: Final = (
    ("utf-8", "UTF-8"), ("gb18030", "GB 18030 (GBK, GB 2312)"), ("big5hkscs", "Big5"), ("cp1252", "Windows-1252"),
    ("latin-1", "Latin-1"), ("utf-16", "UTF-16"),
)  # fmt: skip
ORDERS: Final = (
    ("dmy", lazy("day, month, year: 3/4/2016 is 3 April")),
    ("mdy", lazy("month, day, year: 3/4/2016 is 4 March")),
    ("ymd", lazy("year, month, day: 16/4/3 is 3 April 2016")),
)
READING_FIELDS: Final = ("sheet", "head_row", "column_names", "encoding", "time_order", "representative_points")
OF_KIND: Final = {
    "text": {"head_row", "column_names", "encoding", "time_order"},
    "workbook": {"head_row", "column_names", "time_order"},
    "json": {"encoding", "time_order"},
    "map": {"encoding", "time_order"},
    "parquet": {"time_order"},
}  # which choices a kind of file has; sheets and points are offered where there are several, and lines or areas
ASKED_BY: Final = {
    "headless": {"head_row", "column_names"},
    "heads_twice": {"head_row", "column_names"},
    "no_head_row": {"head_row"},
    "column_count": {"column_names"},
    "encoding": {"encoding"},
    "no_encoding": {"encoding"},
    "several_lists": {"sheet"},
    "no_sheet": {"sheet"},
    "empty_sheet": {"sheet"},
    "sheet_read": {"sheet"},
    "layer_read": {"sheet"},
    "list_read": {"sheet"},
    "head_found": {"head_row"},
    "head_of_two_rows": {"head_row"},
    "encoding_guessed": {"encoding"},
    "encoding_western": {"encoding"},
    "shapes_without_point": {"representative_points"},
    "shapes_by_point": {"representative_points"},
    "ambiguous_time": {"time_order"},
}  # codes of errors, of notes and of refusals, with the choices that mend them


class OpeningForm(forms.Form):
    """How a file is opened: what is not said is guessed."""

    sheet = forms.ChoiceField(label=lazy("Sheet, list or layer"), required=False)
    head_row = forms.IntegerField(label=lazy("Row of the heads"), min_value=1, max_value=60, required=False)
    column_names = forms.CharField(
        label=lazy("Names of the columns, where the file has no heads"),
        help_text=lazy("One for each column, with commas between, in the order of the file."),
        required=False,
    )
    encoding = forms.ChoiceField(
        label=lazy("Encoding"), choices=[("", lazy("detected automatically")), *ENCODINGS], required=False
    )
    time_order = forms.ChoiceField(
        label=lazy("Order of day and month"), choices=[("", lazy("as the column shows it")), *ORDERS], required=False
    )
    representative_points = forms.BooleanField(
        label=lazy("Lines and areas"),
        widget=forms.Select(choices=[(False, lazy("have no place")), (True, lazy("stand for a point on each"))]),
        required=False,
    )

    def __init__(self, seen: Survey, data: Any = None) -> None:
        super().__init__(data)
        self.seen = seen
        sheets = self.fields["sheet"]
        assert isinstance(sheets, forms.ChoiceField)
        named = [seen.layout["sheet"]] if seen.layout.get("sheet") else []
        known = dict.fromkeys([*seen.sheets, *named])
        sheets.choices = [("", lazy("detected automatically")), *((name, name) for name in known)]
        self.initial = {**seen.layout, "column_names": ", ".join(seen.layout.get("column_names", ()))}

    def clean_column_names(self) -> list[str]:
        """Return the names, in the order of the columns."""
        text = self.cleaned_data["column_names"]
        return [name.strip() for name in re.split("[,，、\t]", text)] if text else []

    def said_of_opening(self) -> dict[str, Any]:
        """Return what was said, as plain JSON; nothing of it is None."""
        said = self.cleaned_data
        return {name: said[name] or None for name in READING_FIELDS} | {
            "column_names": said["column_names"], "representative_points": said["representative_points"]
        }  # fmt: skip

    def is_opened_anew(self) -> bool:
        """Whether the file was opened otherwise when it was looked through."""
        said, layout = self.said_of_opening(), self.seen.layout
        return any((said[name] or None) != (layout.get(name) or None) for name in OPENING_FIELDS)

    def reading_fields(self) -> list[forms.BoundField]:
        """Return the choices that matter for this file: what was guessed, asked for, or said before."""
        wanted = self._wanted()
        return [self[name] for name in READING_FIELDS if name in wanted]

    def other_reading_fields(self) -> list[forms.BoundField]:
        """Return the choices that such a file has beside them."""
        others = OF_KIND.get(self.seen.kind, set()) - self._wanted()
        return [self[name] for name in READING_FIELDS if name in others]

    def unshown_fields(self) -> list[forms.BoundField]:
        """Return the choices that such a file does not have: they are sent as they are."""
        shown = {field.name for field in (*self.reading_fields(), *self.other_reading_fields())}
        return [self[name] for name in READING_FIELDS if name not in shown]

    def _wanted(self) -> set[str]:
        seen = self.seen
        codes = [seen.limits.get("code"), *(note["code"] for note in seen.notes), *seen.counts.get("reasons", {})]
        asked = {name for code in codes for name in ASKED_BY.get(str(code), ())}
        said = {name for name in READING_FIELDS if seen.layout.get(name)}
        wrong = {name for name in READING_FIELDS if name in self.errors} if self.is_bound else set()
        return asked | said | wrong | ({"sheet"} if len(seen.sheets) > 1 else set())
