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


METHODS = """
import json
import numpy as np
from anlan import analysis as a
draw = np.random.default_rng(0)
x, y = draw.integers(0, 40, (2, 600)) * 50.0
day = np.sort(draw.integers(0, 90, 600)).astype(float)
events = a.Events(x, y, day)
scan = a.space_time_scan(x, y, day, max_radius_m=400, replications=99)
near = a.near_repeat(x, y, day, distance_bands_m=[60], day_bands=[3], replications=99)
fail = draw.random((60, 30)) < 0.3
effect = a.before_after(a.Failures(fail, 15, x[:60], y[:60]), treated=np.arange(20), draws=19)
found = a.recurrent_places(events, episode_gap_h=12)
print(json.dumps({
    "scan": [[one.observed, round(one.statistic, 6), one.p_value] for one in scan.clusters[:3]],
    "near": [[band.observed, round(band.expected, 6), band.p_value] for band in near.bands],
    "effect": [round(effect.ratio or 0, 6), effect.verdict],
    "density": a.density_clusters(x, y, radius_m=60, min_count=4).clusters,
    "places": [[one.reports, one.episodes, round(one.x), round(one.y)] for one in found.places[:5]],
}))
"""


@pytest.mark.parametrize("numpy", ["1.26", "2.0"])
def test_the_library_gives_the_same_on_old_and_new_numpy(bare: Path, numpy: str) -> None:
    """NumPy 1.26 and the first 2.x in an environment of their own: the answers of this one."""
    venv = bare / f"numpy-{numpy}"
    wheel = next((bare / "dist").glob("*.whl"))
    subprocess.run([UV, "venv", "--quiet", str(venv)], check=True)
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", str(venv), str(wheel), f"numpy=={numpy}.*"], check=True
    )
    told = [
        subprocess.run([python, "-c", METHODS], cwd=bare, capture_output=True, text=True, check=False)
        for python in (venv / "bin/python", sys.executable)
    ]
    assert told[0].returncode == 0, told[0].stderr
    assert json.loads(told[0].stdout) == json.loads(told[1].stdout)
    version = [venv / "bin/python", "-c", "import numpy; print(numpy.__version__)"]
    assert subprocess.run(version, capture_output=True, text=True, check=True).stdout.startswith(numpy)


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
