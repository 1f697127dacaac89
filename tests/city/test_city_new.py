"""A new city's folder is written by one command, and loads as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.core.city import folder
from anlan.core.models import City, ClockRule, Organisation
from anlan.core.people.actors import system
from anlan.intake.models import Category
from tests import make
from tests.conftest import Cli
from tests.make import AT

HARBOUR = ["--code", "harbour", "--zone", "Asia/Shanghai", "--bounds=119.1,31.1,120.2,32.0", "--name", "海港市"]


def new(target: Path, *options: str) -> tuple[int, str]:
    """Run the command as a process, as its users do; return its exit code and what it printed."""
    environ = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "anlan.cli", "city", "new", str(target), *options]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.django_db
def test_a_new_folder_loads_as_it_is(tmp_path: Path) -> None:
    """It holds a city with an area, organisations, categories and clocks; nothing has to be written first."""
    assert new(tmp_path / "city", *HARBOUR)[0] == 0
    assert folder.load(tmp_path / "city", actor=system("test"), at=AT)
    assert City.objects.get().name == "海港市"
    assert Organisation.objects.filter(code="command").exists()
    assert Category.objects.filter(public=True).exists()
    assert ClockRule.objects.filter(code="first_look").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "numbers", "names", "language"), [
    ("Asia/Urumqi", ["110", "119", "120"], ["报警", "火警", "急救"], "zh-Hans"),
    ("America/New_York", ["112"], [""], "en"),
])  # fmt: skip
def test_a_new_folder_names_the_telephones_of_its_country(
    tmp_path: Path, zone: str, numbers: list[str], names: list[str], language: str
) -> None:
    """China's with their names; elsewhere one that the first steps ask to look at."""
    assert new(tmp_path / "city", *HARBOUR, "--zone", zone)[0] == 0
    assert folder.load(tmp_path / "city", actor=system("test"), at=AT)
    here = City.objects.get()
    assert here.telephones(chinese=True) == list(zip(numbers, names, strict=True))
    assert here.language == language


@pytest.mark.django_db
def test_three_files_are_needed_and_the_others_are_not(tmp_path: Path) -> None:
    """City, areas and organisations make a city whose pages open; without organisations the file is named."""
    assert new(tmp_path / "city", *HARBOUR)[0] == 0
    for path in (tmp_path / "city").glob("*.csv"):
        if path.name != "organisations.csv":
            path.unlink()
    assert folder.load(tmp_path / "city", actor=system("test"), at=AT)
    for role, address in (("leader", "/overview/"), ("operator", "/start/"), ("analyst", "/studies/new")):
        assert make.browser(make.person(role, at="command")).get(address).status_code == 200
    (tmp_path / "city" / "organisations.csv").unlink()
    with pytest.raises(folder.CityFolderError, match=r"organisations\.csv"):
        folder.load(tmp_path / "city", actor=system("test"), at=AT)


@pytest.mark.slow
def test_a_data_directory_is_made_of_it(anlan: Cli, tmp_path: Path) -> None:
    """`anlan init` takes it as it is, once; who works at the desk goes to its only control room."""
    anlan("city", "new", tmp_path / "city", *HARBOUR)
    assert "loaded" in anlan("init", "--city", tmp_path / "city").stderr
    assert "nothing has changed" in anlan("init", "--city", tmp_path / "city").stderr
    added = anlan("user", "add", "wu", "--role", "dispatcher", "--json").stdout
    assert json.loads(added)["role"] == "dispatcher"
    assert anlan("ledger", "verify").returncode == 0


@pytest.mark.pure
def test_a_word_stands_on_each_file(tmp_path: Path) -> None:
    """The README names every file of the folder, and the command leads to it."""
    _code, printed = new(tmp_path / "city", *HARBOUR)
    readme = (tmp_path / "city" / "README.md").read_text("utf-8")
    assert all(path.name in readme for path in (tmp_path / "city").iterdir() if path.name != "README.md")
    assert "README.md" in printed


@pytest.mark.pure
def test_what_cannot_be_a_city_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A zone that is none, bounds that are none or the wrong way round, and a folder that holds files."""
    wrong = {"--zone": "Mars/Olympus", "--bounds": "119.1,31.1"}
    for option, value in (*wrong.items(), ("--bounds", "120.2,31.1,119.1,32.0"), ("--bounds", "a,b,c,d")):
        assert new(tmp_path / "city", *HARBOUR, f"{option}={value}")[0] == 2
        assert not (tmp_path / "city").exists()
    (tmp_path / "notes.txt").write_text("mine")
    assert new(tmp_path, *HARBOUR)[0] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
