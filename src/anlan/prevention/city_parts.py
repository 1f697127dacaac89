"""Holds the table `ladder` of city.toml to what the ladder's papers need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anlan.core.city.folder import CityFolderError, city_part
from anlan.core.models import City, LegalAct
from anlan.prevention.models import Escalation
from anlan.prevention.queries.demands import OPTION

NEEDS = ("act", "article", "article_en")


@city_part("ladder")
def check_ladder(folder: Path, city: City) -> None:
    """Refuse an article of an act that the folder does not have, and a step that the ladder does not."""
    where, table = f"{folder / 'city.toml'}: [{OPTION}]", city.option(OPTION, {})
    if not isinstance(table, dict):
        raise CityFolderError(f"{where}: write it as a table")
    acts = set(LegalAct.objects.values_list("code", flat=True))
    for article in table.get("articles", []):
        _check(article, acts, where)


def _check(article: Any, acts: set[str], where: str) -> None:
    if not isinstance(article, dict) or not all(isinstance(article.get(name), str) for name in NEEDS):
        raise CityFolderError(f"{where}: an article needs {', '.join(NEEDS)}, not {article!r}")
    if article["act"] not in acts:
        raise CityFolderError(f"{where}: acts.csv has no act {article['act']!r}")
    if not set(article.get("steps", [])) <= set(Escalation.Step.values):
        raise CityFolderError(f"{where}: steps are {', '.join(Escalation.Step.values)}, not {article['steps']!r}")
