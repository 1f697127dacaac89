"""What a reader says of a file, so that its owner can mend it: what is wrong, and what was guessed."""

from __future__ import annotations

from typing import Any, Final

NOTES: Final = {
    "encoding_guessed": "read as %(encoding)s, for it is no UTF-8; --encoding names another",
    "encoding_western": "read as %(encoding)s, for it is neither UTF-8 nor Chinese; --encoding names another",
    "head_found": "the names of the columns were found in row %(row)s; --head-row names another",
    "head_of_two_rows": "the names of the columns were read from rows %(row)s and %(second)s",
    "sheet_read": "the sheet %(sheet)r was read; --sheet names another: %(others)s",
    "layer_read": "the layer %(sheet)r was read; --sheet names another: %(others)s",
    "list_read": "the list %(sheet)r was read; --sheet names another",
    "refused_rows": "these are refused rows: their first five columns were left out",
    "shapes_without_point": "%(count)s lines or areas have no coordinates of their own; --representative-points takes "
                            "a point on each",
    "shapes_by_point": "%(count)s lines or areas stand for a point on each",
    "latitude_first": "%(column)r is read as latitude before longitude, which neither its name nor its cells prove",
    "time_of_end": "time is read from %(column)r, which looks like the end of each: name the column with --time",
    "time_of_several": "time is read from %(column)r; --time names another (%(others)s)",
    "time_of_day_joined": "times of day are read from %(column)r",
    "time_of_day_unused": "%(column)r holds days only, and the times of day in %(others)s are not used: --time "
                          "%(column)r --time %(first)r joins them",
    "crs_of_file": "the coordinate system is the file's own, %(crs)s",
    "clocks_skipped": "%(count)s times in %(column)r lie in an hour that does not exist in %(tz)s, for clocks were put "
                      "forward: they were read an hour later",
    "clocks_twice": "%(count)s times in %(column)r lie in an hour that came twice in %(tz)s, for clocks were put back: "
                    "the first was taken",
}  # fmt: skip


class TableError(ValueError):
    """A file that cannot be read as asked; the message says what to change, the code and its limits say it apart."""

    def __init__(self, message: str, *, code: str = "unreadable", **limits: Any) -> None:
        super().__init__(message)
        self.code, self.limits = code, limits


class Note(str):
    """What was guessed, in English for the terminal; the code and its limits are there for other words."""

    code: str
    limits: dict[str, Any]


def note(code: str, **limits: Any) -> Note:
    """Return what was guessed; names that are listed stay a list among the limits."""
    shown = {name: ", ".join(map(repr, value)) if isinstance(value, list) else value for name, value in limits.items()}
    made = Note(NOTES[code] % shown)
    made.code, made.limits = code, limits
    return made
