"""What the documentation shows runs: docstring examples, the tutorial, the pictures."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import anlan.analysis

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
MODULES = sorted(
    module.name.removeprefix("anlan.analysis.")
    for module in pkgutil.walk_packages(anlan.analysis.__path__, "anlan.analysis.")
    if not module.ispkg
)


@pytest.mark.parametrize(
    "name", [*(name for name in MODULES if not re.search(r"(^|\.)_|^warm$|^commands\.", name)), "_result"]
)
def test_examples_of_docstrings_run(name: str) -> None:
    """And print what they say."""
    assert doctest.testmod(importlib.import_module(f"anlan.analysis.{name}")).failed == 0


def test_every_public_function_has_an_example() -> None:
    """Each function that `anlan.analysis` exports shows a call that runs."""
    functions = [getattr(anlan.analysis, name) for name in anlan.analysis.__all__ if name[0].islower()]
    assert len(functions) >= 10
    assert {"effect.estimate", "places.recurrent", "scan.space_time"} <= set(MODULES)
    for function in functions:
        assert ">>> " in (function.__doc__ or ""), function.__name__


PARTS = re.compile(r"^(\w+)\n-{3,}\n(.*?)(?=^\w+\n-{3,}\n|\Z)", re.S | re.M)


@pytest.mark.parametrize("name", sorted(anlan.analysis.__all__))
def test_what_a_public_name_takes_and_holds_is_documented(name: str) -> None:
    """Functions document every parameter and what they return, outcomes every field, in numpydoc's parts."""
    documented = getattr(anlan.analysis, name)
    parts = dict(PARTS.findall(inspect.getdoc(documented) or ""))
    if inspect.isfunction(documented):
        assert set(inspect.signature(documented).parameters) <= _named(parts["Parameters"])
        assert {"Returns", "Examples"} <= set(parts)
    elif dataclasses.is_dataclass(documented):
        assert {field.name for field in dataclasses.fields(documented)} <= _named(parts["Attributes"])


def _named(part: str) -> set[str]:
    """Return the names of a part: several may stand before one colon, and need none."""
    return {word for line in re.findall(r"^(\w[\w, ]*?)(?: :.*)?$", part, re.M) for word in re.split(r", *", line)}


@pytest.mark.slow
def test_the_tutorial_runs(real_data: Callable[[str], Path]) -> None:
    """Block after block, on the real reports."""
    text = (ROOT / "docs/tutorial/norfolk.md").read_text()
    told: dict[str, object] = {"FILE": real_data("norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv")}
    blocks = re.findall(r"```python\n(.*?)```", text, re.S)
    assert len(blocks) == 6
    for block in blocks:
        exec(compile(block, "norfolk.md", "exec"), told)


@pytest.mark.slow
def test_the_pictures_are_those_that_the_library_makes(real_data: Callable[[str], Path], tmp_path: Path) -> None:
    """`bin/pictures` gives the committed bytes, and the page shows each of them."""
    data = real_data("norfolk-flood-reports").parent
    (tmp_path / "bin").mkdir()
    (tmp_path / "docs/images").mkdir(parents=True)
    shutil.copy(ROOT / "bin/pictures", tmp_path / "bin/pictures")
    subprocess.run([sys.executable, tmp_path / "bin/pictures", data], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "docs/images").iterdir()}
    held = {path.name: path.read_text() for path in (ROOT / "docs/images").glob("statistics-*.svg")}
    assert made == held
    page = (ROOT / "docs/explain/statistics.md").read_text()
    assert set(re.findall(r"images/(statistics-[a-z]+\.svg)", page)) == set(held)
