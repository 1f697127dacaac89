"""`pip install anlan` alone: the wheel in an empty environment, as an analyst without a server has it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).parent / "uv"
ROWS = "id,lon,lat,time\n" + "".join(
    f"{storm}-{n},{-76.29 + n * 1e-5},{36.86},2015-0{storm}-01 0{n}:00\n" for storm in (3, 5, 7) for n in range(4)
)

pytestmark = [pytest.mark.slow, pytest.mark.pure]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with only the wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    run = lambda *words: subprocess.run([UV, *words], check=True, cwd=ROOT, capture_output=True)  # noqa: E731
    run("build", "--wheel", "--quiet", "--out-dir", str(folder / "dist"))
    run("venv", "--quiet", str(folder / "venv"))
    wheel = next((folder / "dist").glob("*.whl"))
    run("pip", "install", "--quiet", "--python", str(folder / "venv"), str(wheel))
    return folder


def anlan(bare: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([bare / "venv/bin/anlan", *words], cwd=bare, capture_output=True, text=True, check=False)


def test_the_bare_wheel_finds_places_in_a_file(bare: Path) -> None:
    """`anlan spots` runs where only the wheel is installed: no Django, no database, no city."""
    (bare / "reports.csv").write_text(ROWS)
    answer = anlan(bare, "spots", "reports.csv", "--json")
    assert answer.returncode == 0, answer.stderr
    sites = json.loads(answer.stdout)["sites"]
    assert [(site["rank"], site["reports"], site["episodes"]) for site in sites] == [(1, 12, 3)]
    assert not list((bare / "venv").glob("lib/*/site-packages/django"))


def test_a_platform_command_says_what_to_install(bare: Path) -> None:
    """`anlan status` without the platform's libraries is wrong use: it says what to install, without a traceback."""
    answer = anlan(bare, "status")
    assert answer.returncode == 2
    assert "pip install 'anlan[platform]'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_importing_anlan_loads_nothing_heavy() -> None:
    """`import anlan` and `anlan --help` load neither numpy nor numba nor Django."""
    code = "import sys, anlan, anlan.cli; print({'numpy', 'numba', 'django', 'pyproj', 'scipy'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
