"""The reference city's folder is one that any city could have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from anlan.city.town.folder import PackagesMissing, build, installed_packages
from anlan.city.town.ground import MAIN_URBAN
from anlan.city.year.places import urban_area

pytestmark = pytest.mark.pure


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    folder = build(tmp_path_factory.mktemp("city"), installed_packages())
    features = json.loads((folder / "areas.geojson").read_text())["features"]
    return {one["properties"]["code"]: one["properties"] | {"outline": shape(one["geometry"])} for one in features}


def test_five_districts_and_one_county_level_city_do_not_overlap(areas: dict[str, dict[str, object]]) -> None:
    """Every outline is valid, and those in force today share no more than slivers."""
    today = [one for one in areas.values() if one["valid_to"] is None and one["kind"] in {"district", "county_city"}]
    assert sorted(str(one["name"]) for one in today) == ["天宁区", "新北区", "武进区", "溧阳市", "金坛区", "钟楼区"]
    assert [one["kind"] for one in today].count("county_city") == 1
    assert all(one["outline"].is_valid for one in areas.values())
    for n, one in enumerate(today):
        for other in today[n + 1 :]:
            assert one["outline"].intersection(other["outline"]).area < 1e-7


def test_areas_know_what_they_were_made_from(areas: dict[str, dict[str, object]]) -> None:
    """In 2015 Jintan became a district, and Qishuyan went into Wujin; what we drew ourselves says so."""
    assert areas["320413"]["predecessors"] == ["320482"]
    assert areas["320412"]["predecessors"] == ["320405", "320412"]
    assert areas["320405"]["valid_to"] == areas["320412"]["valid_from"] == "2015-04-28"
    assert areas["320405"]["synthetic"]
    assert areas["main-urban"]["synthetic"]


def test_the_main_urban_area_overlaps_the_districts_and_holds_the_simulation(
    areas: dict[str, dict[str, object]],
) -> None:
    """The zone in which places are drawn lies in the real city."""
    zone = shapely.Polygon(MAIN_URBAN)
    city = areas["changzhou"]["outline"]
    assert zone.difference(city).area < 1e-6
    assert urban_area().area > 60e6


def test_without_the_packages_it_says_what_to_run(tmp_path: Path) -> None:
    """A bare wheel has no outlines."""
    with pytest.raises(PackagesMissing, match="make setup"):
        build(tmp_path / "city", tmp_path)
