"""The line that is not crossed: nothing that Anlan refuses has a name here."""

from __future__ import annotations

import re

import pytest

from tests.architecture.line import (
    EXCEPTIONS,
    names_of_measures,
    names_of_tables,
    names_outside,
    refused,
)
from tests.architecture.source import ROOT, SOURCES


def test_nothing_that_anlan_refuses_has_a_name_here() -> None:
    """No table, field or choice for scores and lists of people, origin, faces, movements or predicted offences."""
    named = names_of_tables()
    assert len(named) > 150
    assert not [name for name in named if refused(name)]


def test_no_category_column_or_address_crosses_the_line() -> None:
    """The reference city's folder, every address, and every export's columns are looked through as well."""
    assert not [name for name in names_outside() if refused(name)]


@pytest.mark.parametrize(
    "name",
    ["risk_score", "risk_score_total", "RiskScores", "ethnicity", "resident_id", "watch_list", "watchlist",
     "watchList", "face_vector", "faceVector", "face2", "nation", "nationality_code", "religious", "trajectories",
     "key_people", "predicted_crimes", "IDCard", "重点人员", "人脸", "是否重点人员"],
)  # fmt: skip
def test_the_line_would_be_seen(name: str) -> None:
    """The check is not blind, however a name is put together."""
    assert refused(name)


@pytest.mark.parametrize(
    "name",
    ["destination_area", "nationwide_total", "surface_m", "interface", "list_to_watch", "score", "person", "predicted"],
)
def test_what_only_looks_like_it_passes(name: str) -> None:
    """Whole words are matched, in their order."""
    assert not refused(name)


def test_an_exception_is_one_identifier_and_no_more() -> None:
    """What stands beside it is still refused."""
    assert not refused("face_of_slope", ["face_of_slope"])
    assert refused("face_of_slope_owner", ["face_of_slope"]) == ["face"]
    assert refused("face_of_slope face", ["face_of_slope"]) == ["face"]


def test_every_exception_has_its_reason_in_an_adr_and_is_in_use() -> None:
    """An ADR that does not name it, or a name that is gone or was never refused, is no exception."""
    used = {
        word for name in names_of_tables() + names_outside() + names_of_measures() for word in re.findall(r"\w+", name)
    }
    for identifier, reason in EXCEPTIONS.items():
        number, _, words = reason.partition(": ")
        records = list((ROOT / "docs/adr").glob(f"{number}-*.md"))
        assert len(records) == 1, f"no ADR {number}"
        assert identifier in records[0].read_text(encoding="utf-8"), f"{records[0].name} does not name {identifier}"
        assert words, f"{identifier} has no reason"
        assert refused(identifier, []), f"{identifier} is not refused: take it out"
        assert identifier in used, f"{identifier} is used nowhere: take it out"


def test_no_address_leaves_the_house() -> None:
    """No page, style or script names another host: no CDN, no outside tiles, no fonts from elsewhere."""
    texts = [*SOURCES.glob("*/templates/**/*.html"), *(ROOT / "frontend").glob("*.js")]
    texts += [
        path for path in SOURCES.glob("*/static/**/*") if path.suffix in {".css", ".js"} and "dist" not in path.parts
    ]
    assert len(texts) > 100
    for path in texts:
        hosts = set(re.findall(r"https?://([^/\"'\s)]+)", path.read_text(encoding="utf-8"))) - {"www.w3.org"}
        assert not hosts, f"{path}: {hosts}"
