"""What is seen of a file before anything of it is stored: columns, days, places, categories, what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from anlan.core.ledger import canonical
from anlan.core.refusals import Refused
from anlan.intake.rules.places import wgs84
from anlan.tables import Note, TableError, as_text

SHOWN_CHARACTERS: Final = 60
MOST_POINTS: Final = 2_000
MOST_NAMES: Final = 60
OF_PLACE: Final = frozenset(
    {"swapped", "outside_city", "not_convertible", "unknown_crs", "not_a_number", "half_a_place", "no_place"}
)  # codes of refusals


@dataclass
class Survey:
    """What was seen; plain JSON."""

    columns: list[str] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)  # fields whose column nobody named
    first: list[list[str]] = field(default_factory=list)
    records: int = 0
    tried: int = 0
    counts: dict[str, Any] = field(default_factory=dict)
    examples: dict[str, list[Any]] = field(default_factory=dict)  # by reason: limits of its first row, and if of all
    alike: int = 0  # rows that can go in with moment, category and point of a report here, one of both without number
    since: str = ""
    until: str = ""
    categories: list[str] = field(default_factory=list)  # codes, of the rows that can go in
    points: list[tuple[float, float]] = field(default_factory=list)  # evenly spread over the rows that were tried
    placed: int = 0
    unknown: dict[str, int] = field(default_factory=dict)  # categories that the city has not, the most frequent first
    conflicts: list[dict[str, Any]] = field(default_factory=list)  # rows that say otherwise than what is here
    mapped: dict[str, str] = field(default_factory=dict)  # what a mapping says
    kind: str = ""  # text, workbook, json, map or parquet
    sheets: list[str] = field(default_factory=list)  # or lists of a JSON file, or layers of a map
    notes: list[dict[str, Any]] = field(default_factory=list)  # what was guessed: codes with their limits
    problem: str = ""  # the code of a refusal, `unusable`, or `unread`
    limits: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)

    def fail(self, error: BaseException) -> None:
        """Keep why the file cannot be read as asked."""
        if isinstance(error, Refused):
            self.problem, self.limits = error.code, error.limits
            return
        said = str(error) if isinstance(error, TableError | OSError) else type(error).__name__
        self.problem, self.limits = "unread", {"why": said[:300]}
        if isinstance(error, TableError):
            limits = dict(error.limits)
            self.first = [[cell_of(cell) for cell in row] for row in limits.pop("first", ())]
            self.sheets = list(limits.get("sheets", ()))
            self.limits |= {"code": error.code, **limits}

    def is_misplaced(self) -> bool:
        """Whether no row can go in, most of them for their place."""
        if not self.tried or self.counts["accepted"] + self.counts["repeated"]:
            return False
        misplaced: int = sum(self.counts["reasons"].get(code, 0) for code in OF_PLACE)
        return 2 * misplaced > self.tried

    def note(self, notes: Iterable[Note]) -> None:
        """Keep what was guessed."""
        self.notes += [{"code": note.code, **note.limits} for note in notes]

    def keep(self, path: Path, options: str) -> None:
        """Write it down, with the options under which the file was seen so."""
        beside = path.with_suffix(".part")
        beside.write_text(canonical({"options": options, "survey": self.plain()}), encoding="utf-8")
        beside.replace(path)


def kept(path: Path, options: str) -> Survey | None:
    """Return what was written down of a file that was seen under these options, or None."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return Survey(**read["survey"]) if read["options"] == options else None
    except (OSError, ValueError, TypeError, KeyError):  # none, or one that an older version wrote: to be seen anew
        return None


def header_of(columns: Iterable[str]) -> str:
    """Return a sign of a file's heads: two files of one system have the same."""
    return hashlib.sha256(canonical(list(columns)).encode()).hexdigest()[:16]


@dataclass
class Spread:
    """Some points of very many, evenly spread over their order."""

    kept: list[tuple[float, float]] = field(default_factory=list)
    count: int = 0
    step: int = 1

    def add(self, x: Any, y: Any) -> None:
        """Keep a pair of numbers, or not."""
        if not isinstance(x, int | float) or not isinstance(y, int | float):
            return
        if self.count % self.step == 0:
            self.kept.append((x, y))
            if len(self.kept) > MOST_POINTS:
                self.kept, self.step = self.kept[::2], 2 * self.step
        self.count += 1

    def converted(self, crs: str) -> list[tuple[float, float]]:
        """Return them in WGS 84; those that lie nowhere are left out."""
        found = []
        for x, y in self.kept:
            try:
                _, lon, lat = wgs84(crs, x, y)
            except Refused:
                continue
            if abs(lon) <= 180 and abs(lat) <= 90:
                found.append((round(lon, 6), round(lat, 6)))
        return found


def names_of(unknown: Counter[str]) -> dict[str, int]:
    """Return the names that may be those of categories, the most frequent first; long words are none."""
    short = [(name, count) for name, count in unknown.most_common() if 0 < len(name) <= SHOWN_CHARACTERS]
    return dict(short[:MOST_NAMES])


def plain_value(value: Any) -> Any:
    """Return a column's value as plain JSON."""
    return value.isoformat() if isinstance(value, dt.datetime) else value


def cell_of(value: Any) -> str:
    """Return a cell as a table shows it."""
    text = as_text(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
