"""The same comparison on the command line, and what `anlan init` says of what pages changed; as processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.make import CITIES

EDIT = """
from anlan.core.operator.setup import open_platform
open_platform()
from anlan.core import ledger
from anlan.core.ledger.writes import write
from anlan.core.models import ClockRule
from anlan.core.people.actors import system
from anlan.core.time.clock import now
with write():
    rule = ClockRule.objects.get(code="react")
    ClockRule.objects.update_or_create(code="react", defaults={"target_s": 90})
    ledger.append("core.clockrule_edited", actor=system("test"), at=now(), subject=f"clockrule:{rule.pk}", payload={})
"""


@pytest.fixture
def folder(anlan: Cli, tmp_path: Path) -> Path:
    """The folder of the small city, loaded."""
    folder = shutil.copytree(CITIES / "small", tmp_path / "small")
    assert f"ANLAN_CITY_FOLDER={folder}" in anlan("init", "--city", folder).stderr
    return Path(folder)


def change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_check_says_what_would_change_and_stores_nothing(anlan: Cli, folder: Path) -> None:
    """Loaded, nothing is left to say; a fault is status 2 with its line and column."""
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    assert anlan("city", "check", folder).stdout.splitlines()[0] == "units.csv: pump-1: people 6 → 5"
    anlan("init", "--city", folder)
    assert "pump-1" not in anlan("city", "check", folder).stdout
    change(folder / "units.csv", "works,drains,5", "works,0499,5")
    refused = anlan("city", "check", folder, status=2)
    assert "units.csv, Line 4, organisation: " in refused.stderr
    assert not refused.stdout
    change(folder / "areas.geojson", '"1990-01-01"', '"long ago"')
    assert "areas.geojson, Feature 1: " in anlan("city", "check", folder, status=2).stderr


def test_init_keeps_what_a_page_changed_unless_it_goes_over_pages(anlan: Cli, folder: Path) -> None:
    """And says which row that is."""
    subprocess.run([sys.executable, "-c", EDIT], env=anlan.env, check=True)
    change(folder / "units.csv", "works,drains,6", "works,drains,5")
    assert "clocks.csv: react" in anlan("init", "--city", folder).stderr
    assert "clocks.csv: react: target_s 90 → 60" in anlan("city", "check", folder).stdout
    change(folder / "units.csv", "works,drains,5", "works,drains,4")
    assert "clocks.csv: react" not in anlan("init", "--city", folder, "--over-pages").stderr
    assert "react" not in anlan("city", "check", folder).stdout
