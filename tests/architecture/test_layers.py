"""What import-linter cannot see of the layers: forward references by name, and circles inside a stage."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from anlan.core.jobs import JOBS
from tests.architecture.offenders import TAG_IMPORTERS
from tests.architecture.ratchet import only_falls, only_shrinks
from tests.architecture.source import (
    SOURCES,
    code_files,
    imported,
    module_of,
    path_of_data,
    short,
    stage_of,
    stages_of,
    tree,
)

pytestmark = pytest.mark.pure
CIRCLES: list[str] = []
CIRCLES_OF_TYPES: list[str] = []
RULES_THAT_TRANSLATE: list[str] = []
Graph = Mapping[str, set[str]]


def test_no_name_points_forward() -> None:
    """Models, jobs and entries of later stages are not named as text in earlier ones."""
    named = [f"{path}:{line}: {text}" for path in code_files() for line, text in forward_names(path)]
    assert not named, "\n".join(named)


def forward_names(path: Path) -> Iterator[tuple[int, str]]:
    stage, stages = stage_of(path), path_of_data()
    later = stages[stages.index(stage) + 1 :] if stage else []
    named = re.compile(rf"^({'|'.join(later)})\.[A-Za-z_]+$")
    files = (".toml", ".csv", ".json")  # the folder's city.toml is no model of the city stage
    for node in ast.walk(tree(path)) if later else ():
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if named.match(text) and not text.endswith(files):
            yield node.lineno, text


def test_a_forward_name_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is not blind."""
    path = next(path for path in code_files() if short(path) == "core/job")
    monkeypatch.setitem(globals(), "tree", lambda path: ast.parse('key = "triage.Incident"'))
    assert list(forward_names(path)) == [(1, "triage.Incident")]


def test_jobs_are_named_by_their_stage() -> None:
    """A job's name begins with the stage whose module registers it."""
    for name, function in JOBS.items():
        if function.__module__.startswith("anlan."):
            assert function.__module__.split(".")[1] == name.split(".")[0]


def test_no_modules_of_a_stage_import_each_other_in_a_circle() -> None:
    """Also inside functions: whoever reads one module of a circle has to read them all."""
    only_shrinks(circles_of_stages(types=False), CIRCLES)


def test_no_modules_of_a_stage_need_each_others_types_in_a_circle() -> None:
    """An import for types only makes a circle for the reader, though not for Python."""
    only_shrinks(circles_of_stages(types=True), [*CIRCLES, *CIRCLES_OF_TYPES])


def test_a_circle_would_be_seen() -> None:
    """Each module is in at most one circle; what only leads to a circle or away from it is in none."""
    graph = {"a": {"b"}, "b": {"c"}, "c": {"d", "b"}, "d": set(), "e": {"f"}, "f": {"e", "a"}}
    assert circles(graph) == [{"b", "c"}, {"e", "f"}]


def circles_of_stages(*, types: bool) -> list[str]:
    found = []
    for stage, paths in stages_of(code_files()).items():
        modules = frozenset(module_of(path) for path in paths)
        graph = {module_of(path): imported(path, modules, types=types) - {module_of(path)} for path in paths}
        for circle in circles(graph):
            found.append(f"{stage}: {', '.join(sorted(name.rpartition('.')[2] for name in circle))}")
    return found


def circles(graph: Graph) -> list[set[str]]:
    """Return the sets of nodes that reach each other."""
    reach = {node: reached(graph, node) for node in graph}
    found: list[set[str]] = []
    for node in graph:
        circle = {other for other in reach[node] if node in reach[other]}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def reached(graph: Graph, first: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[first])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph[node]
    return seen


def test_only_templates_use_template_tags() -> None:
    """What pages and prints both say stands in `words.py`; a tag module serves templates."""
    paths = code_files()
    modules = frozenset(module_of(path) for path in paths)
    found: dict[str, int] = {}
    for path in paths:
        if "templatetags" not in path.parts:
            tags = {name for name in imported(path, modules, types=True) if ".templatetags" in name}
            found |= {short(path): found.get(short(path), 0) + len(tags)} if tags else {}
    only_falls(found, TAG_IMPORTERS)


def test_rules_translate_nothing() -> None:
    """A pure decision carries a code; its words stand elsewhere."""
    rules = [path for path in code_files() if "rules" in path.relative_to(SOURCES).with_suffix("").parts]
    assert len(rules) >= 6
    only_shrinks({short(path) for path in rules if translates(tree(path))}, RULES_THAT_TRANSLATE)


def translates(module: ast.Module) -> bool:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and "translation" in {(node.module or "").split(".")[-1], *names(node)}:
            return True
        if isinstance(node, ast.Import | ast.ImportFrom) and any("gettext" in name for name in names(node)):
            return True
    return False


def names(node: ast.Import | ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}
