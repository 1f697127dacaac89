"""Files of the city's folder in which something stands that nobody foresaw: a fault with its file, never a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.city import reload
from anlan.core.city.reload import look
from anlan.core.models import Job
from tests import make
from tests.make import CITIES

pytestmark = pytest.mark.django_db
TOML, AREAS = "city.toml", "areas.geojson"
POPULATION, PARENT = '"population": 90000', '"parent": "small"'


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The small city, loaded; its folder is free to be changed."""
    settings.CITY_FOLDER = shutil.copytree(CITIES / "small", tmp_path / "small")
    make.city(settings.CITY_FOLDER)
    return Path(settings.CITY_FOLDER)


def faults(folder: Path) -> set[tuple[str, bool, str]]:
    """Return the file, whether a line is named, and the column of each fault; each says why."""
    found = look(folder)["faults"]
    assert all(fault["words"] for fault in found)
    return {(fault["file"], bool(fault["line"]), fault["column"]) for fault in found}


@pytest.mark.parametrize(
    "line",
    ["opened = 2016-01-01", "share = nan", f"most = {'9' * 5000}", f"deep = {'[' * 5000}{']' * 5000}"],
    ids=["a day", "nan", "a long number", "nested"],
)
def test_an_option_that_cannot_be_kept_names_city_toml(folder: Path, line: str) -> None:
    """A day, no number, a number of thousands of digits, thousands of brackets."""
    text = (folder / TOML).read_text(encoding="utf-8")
    (folder / TOML).write_text(f"{line}\n{text}", encoding="utf-8")
    assert {file for file, _line, _column in faults(folder)} == {TOML}


def test_a_word_for_yes_or_no_names_its_column(folder: Path) -> None:
    """`synthetic` is true or false, without quotes."""
    text = (folder / TOML).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith("synthetic")]
    (folder / TOML).write_text("\n".join(['synthetic = "no"', *kept]), encoding="utf-8")
    assert faults(folder) == {(TOML, False, "synthetic")}


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (POPULATION, '"population": "many"', "population"),
        (POPULATION, '"population": [1]', "population"),
        (POPULATION, f'"population": {10**30}', "population"),
        (POPULATION, '"population": -1', "population"),
        (PARENT, '"parent": ["x"]', "parent"),
        (PARENT, '"parent": "small", "predecessors": [["x"]]', "predecessors"),
        (PARENT, '"parent": "small", "name_en": "\\ud800"', ""),
    ],
)
def test_a_feature_that_cannot_be_kept_is_named(folder: Path, old: str, new: str, column: str) -> None:
    """With its number in the file, and its column where one is meant."""
    text = (folder / AREAS).read_text(encoding="utf-8")
    assert old in text
    if "predecessors" in new:
        text = text.replace('"predecessors": []', '"was": []').replace('"predecessors": ["east-city"]', '"was": []')
    (folder / AREAS).write_text(text.replace(old, new), encoding="utf-8")
    assert faults(folder) == {(AREAS, True, column)}


@pytest.mark.parametrize(
    "text",
    ["{}", "5", "[" * 200_000, *(f'{{"type": "FeatureCollection", "features": {n}}}' for n in ("5", "{}", "[]"))],
    ids=["empty", "a number", "brackets", "5", "{}", "[]"],
)
def test_a_file_of_no_areas_is_a_fault(folder: Path, text: str) -> None:
    """Neither another form nor an empty list makes a city."""
    (folder / AREAS).write_text(text, encoding="utf-8")
    assert faults(folder) == {(AREAS, False, "")}


def test_an_organisation_needs_a_code(folder: Path) -> None:
    """It is what everything else names it by."""
    with (folder / "organisations.csv").open("a", encoding="utf-8") as file:
        file.write(",园林处,Parks,works,control,small\n")
    assert faults(folder) == {("organisations.csv", True, "code")}


def test_a_name_that_is_not_utf8_is_told(folder: Path) -> None:
    """Its bytes are shown as far as they can be read."""
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv")).touch()
    assert faults(folder) == {("\\udcff.csv", False, "")}


def test_an_unforeseen_failure_ends_the_reading_at_once_with_its_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is not tried again for an hour, and the page says what was the matter."""

    def broken(_path: Path) -> dict[str, Any]:
        raise RuntimeError("nobody foresaw it")

    monkeypatch.setattr("anlan.core.city.jobs.look", broken)
    operator = make.browser(make.person("operator"))
    operator.post("/operator/city/read")
    jobs.drain()
    job = reload.latest()
    assert job is not None
    assert (job.state, job.attempts) == (Job.State.DEAD, 1)
    page = operator.get("/operator/city/")
    assert not page.context["waits"]
    assert "RuntimeError: nobody foresaw it" in page.content.decode()
