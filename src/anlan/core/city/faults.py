"""What cannot be used in a city's folder: which file, line and column, and what to change, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

R = TypeVar("R")
UNFIT = "%(why)s"  # in the model's words, which do not name the column
BEYOND = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError, ValidationError)
LONGEST = 200  # characters of an error's own words


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be used; `words` are an English msgid, `line` in a file of areas is the feature."""

    path: Path
    words: str
    line: int | None = None
    column: str = ""
    limits: dict[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """What is wrong and what to write, in the active language."""
        return gettext(self.words) % self.limits

    def __str__(self) -> str:
        place = "" if not self.line else f": feature {self.line}" if self.path.suffix == ".geojson" else f":{self.line}"
        where = f"{self.path}{place}"
        text = f"{where}: {self.column}: {self.reason}" if self.words == UNFIT else f"{where}: {self.reason}"
        return _storable(text)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON, to be worded later in whoever's language."""
        limits = {name: value if isinstance(value, int) and abs(value) < 2**53 else _storable(_text(value))
                  for name, value in self.limits.items()}  # fmt: skip
        return {"file": _storable(self.path.name), "line": self.line, "column": self.column, "words": self.words,
                "limits": limits}  # fmt: skip


class CityFolderError(ValueError):
    """Files of the city's folder cannot be used: nothing of it is loaded."""

    exit_status = 2

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


@dataclass(frozen=True)
class Place:
    """Where in the folder something stands."""

    path: Path
    line: int | None = None

    def wrong(self, words: str, column: str = "", /, **limits: Any) -> CityFolderError:
        """Return what to raise for what stands here."""
        return CityFolderError(Fault(self.path, words, self.line, column, limits))

    def fit(self, row: models.Model, *, blank: bool = True) -> None:
        """Refuse what the table could not hold, and unless it may be `blank` what is left empty."""
        fields = row._meta.concrete_fields
        left = {key.name for key in fields if key.is_relation or (blank and not getattr(row, key.attname))}
        try:
            row.clean_fields(exclude=left)
        except ValidationError as error:
            raise self.unfit(error) from error

    def unfit(self, error: ValidationError) -> CityFolderError:
        """Return what to raise for what a model refuses: a fault for each column."""
        found = [(name, " ".join(why)) for name, why in error.message_dict.items()]
        return CityFolderError(*(Fault(self.path, UNFIT, self.line, name, {"why": why}) for name, why in found))


def explained(at: Place, act: Callable[[], R]) -> R:
    """Return what reading something makes of it; what nobody foresaw is a fault that says where it stands."""
    try:
        return act()
    except CityFolderError:
        raise
    except BEYOND as error:
        why = f"{type(error).__name__}: {error}"[:LONGEST]
        raise at.wrong(_("cannot be used: %(why)s"), why=why) from error


def of_file(path: Path, read: Callable[[Path], R]) -> R:
    """Return what is read of one file; whatever stands in it, it is told with the file."""
    return explained(Place(path), lambda: read(path))


def _text(value: Any) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits
        return type(error).__name__


def _storable(text: str) -> str:
    """Write what is not UTF-8, such as in a file's name, as its bytes."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")


class Row(dict[str, str]):
    """A row of a CSV file, and the line on which it ends."""

    line: int


def each(path: Path, found: Iterable[Row], act: Callable[[Row, Place], R]) -> list[R]:
    """Return what an act makes of every row; all rows that it refuses are told, not the first alone."""

    def read(row: Row) -> R:
        at = Place(path, row.line)
        return explained(at, lambda: act(row, at))

    return together([lambda row=row: read(row) for row in found])  # type: ignore[misc]


def together(acts: Sequence[Callable[[], R]]) -> list[R]:
    """Return what all acts return, or raise every fault that they found."""
    made: list[R] = []
    faults: list[Fault] = []
    for act in acts:
        try:
            made.append(act())
        except CityFolderError as error:
            faults += error.faults
    if faults:
        raise CityFolderError(*faults)
    return made


def once(path: Path, found: Iterable[Row], *columns: str) -> None:
    """Refuse a key that stands twice in a file."""
    lines: dict[tuple[str, ...], int] = {}

    def first(row: Row, at: Place) -> None:
        key = tuple(row[column] for column in columns)
        if lines.setdefault(key, row.line) != row.line:
            words = _("%(key)s stands in line %(line)s already: keep one of the two")
            raise at.wrong(words, columns[0], key=" ".join(key), line=lines[key])

    each(path, found, first)
