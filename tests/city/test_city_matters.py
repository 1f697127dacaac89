"""The table of invented matters is complete and sound."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from anlan.city.town.folder import build, installed_packages
from anlan.city.works.matters import Matter, matters, theme_of, themes
from anlan.city.year.opinion import SUBJECTS

pytestmark = pytest.mark.pure
SEASONS = {"key_area": [""], "reform": [""], "hazard": ["spring", "autumn", "winter"], "campaign": ["summer"]}


def every() -> list[Matter]:
    return [one for origin, seasons in SEASONS.items() for season in seasons for one in matters(origin, season)]


def test_there_are_31_key_areas_and_53_reform_items_and_no_two_alike() -> None:
    """As many as the reference names; each a place and a trouble, or an item, of its own."""
    assert len(matters("key_area")) == 31
    assert len(matters("reform")) == 53
    for told in ("title", "title_en", "works"):
        words = [getattr(one, told) for one in every()]
        assert all(words)
        assert len(set(words)) == len(words), told


def test_each_has_a_plan_that_the_verbs_take(tmp_path: Path) -> None:
    """Lead, helpers and area are in the city's folder; words fit their columns."""
    folder = build(tmp_path / "city", installed_packages())
    with (folder / "organisations.csv").open(encoding="utf-8", newline="") as file:
        organisations = {row["code"] for row in csv.DictReader(file)}
    features = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))["features"]
    areas = {one["properties"]["code"] for one in features}
    for one in every():
        assert {one.how.lead, *one.how.supporting} <= organisations
        assert one.area in areas
        assert max(map(len, (one.title, one.title_en, one.works, one.how.interim))) <= 120
    assert {theme for theme, *_ in SUBJECTS.values()} <= set(themes())


def test_a_key_area_is_listed_with_exit_criteria_of_its_own_kind() -> None:
    """A superior accepts it; another origin has no superior."""
    rows = [one.row for one in matters("key_area")]
    assert all(row["exit_criteria"].endswith("经上级验收摘牌") for row in rows)
    assert len({row["exit_criteria"] for row in rows}) == len({one.theme for one in matters("key_area")}) >= 9
    assert all("supervision_level" not in one.row for one in every() if one.origin != "key_area")


def test_a_task_tells_its_theme_by_its_criterion() -> None:
    """No two themes have the same one; anything else is of floods."""
    assert len({one.criterion for one in themes().values()}) == len(themes())
    assert all(theme_of(one.criterion) == one for one in themes().values())
    assert theme_of("降雨前到位，夜间有人") == themes()["flood"]
