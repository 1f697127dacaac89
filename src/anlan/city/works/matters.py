"""What the reference city puts right besides flooding: a table of invented matters, and how each theme is worked."""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).parents[1] / "data"
POSTS: Final = {"drainage": "管网科科长", "roads": "设施科科长", "water": "河道科科长", "parks": "绿地科科长"}


@dataclass(frozen=True)
class Theme:
    """Who leads matters of this kind, who helps, and the words of their plan."""

    lead: str
    supporting: tuple[str, ...]
    post: str
    interim: str
    criterion: str
    exit_criteria: str
    done: str
    refused: str


@dataclass(frozen=True)
class Matter:
    """One matter to be put right, as it is raised."""

    origin: str
    theme: str
    title: str
    title_en: str = ""
    area: str = ""
    works: str = ""

    @property
    def how(self) -> Theme:
        """How matters of its theme are worked."""
        return themes()[self.theme]

    @property
    def row(self) -> dict[str, Any]:
        """The row of `raise_problems`; a key area is listed with a superior and his exit criteria."""
        matter = {"origin": self.origin, "title": self.title, "title_en": self.title_en, "area": self.area}
        if self.origin != "key_area":
            return matter | {"exit_criteria": self.how.exit_criteria}
        return matter | {"supervision_level": "province", "exit_criteria": f"{self.how.exit_criteria}，经上级验收摘牌"}


@functools.cache
def themes() -> dict[str, Theme]:
    """Return how matters are worked, by theme."""
    rows = {row.pop("theme"): row for row in _rows("themes")}
    return {name: Theme(**row | {"supporting": tuple(row["supporting"].split())}) for name, row in rows.items()}  # type: ignore[arg-type]


def theme_of(criterion: str) -> Theme:
    """Return the theme that a task was planned by, from its acceptance criterion; else that of floods."""
    return next((theme for theme in themes().values() if theme.criterion == criterion), themes()["flood"])


def matters(origin: str, season: str = "") -> list[Matter]:
    """Return the matters of an origin that are raised in a season."""
    wanted = [row for row in _rows("matters") if (row["origin"], row["season"]) == (origin, season)]
    return [Matter(**{name: value for name, value in row.items() if name != "season"}) for row in wanted]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
