"""The source as the checks of this folder read it: files, syntax trees, stages, modules and who imports whom."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src/anlan"
FOLDERS = ("src", "tests", "docs", "benchmarks")


@cache
def path_of_data() -> list[str]:
    """Return the stages in the order in which data walk; imports point backward (the layers of pyproject.toml)."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(contract["layers"] for contract in contracts["contracts"] if contract["type"] == "layers")
    stages = [name.strip(" ()").removeprefix("anlan.") for layer in layers for name in layer.split("|")]
    return stages[::-1]


def code_files() -> list[Path]:
    """Return every file of code but the migrations."""
    return sorted(path for path in SOURCES.rglob("*.py") if "migrations" not in path.parts)


def templates() -> list[Path]:
    """Return every page and part of a page."""
    return sorted(SOURCES.glob("*/templates/**/*.html"))


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def stage_of(path: Path) -> str | None:
    """Return the stage that a file belongs to."""
    part = path.relative_to(SOURCES).parts[0]
    return part if part in path_of_data() else None


def stages_of(paths: list[Path]) -> dict[str, list[Path]]:
    """Return files by stage."""
    return {stage: [path for path in paths if stage_of(path) == stage] for stage in path_of_data()}


def short(path: Path) -> str:
    """Return stage and stem, which a file keeps when it moves within its stage."""
    return f"{stage_of(path) or 'anlan'}/{path.stem}"


def module_of(path: Path) -> str:
    """Return a file's dotted name."""
    parts = path.relative_to(SOURCES.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, modules: frozenset[str], *, types: bool = False) -> set[str]:
    """Return the modules that a file imports, wherever in it; with `types` also those that only types need."""
    package = module_of(path) if path.stem == "__init__" else module_of(path).rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(tree(path)) if types else _executed(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _base(package, node)
            whole = [f"{base}.{alias.name}" for alias in node.names]
            names |= {name if name in modules else base for name in whole}
    return names & modules


def _base(package: str, node: ast.ImportFrom) -> str:
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _executed(child)


def stored_names(node: ast.AST) -> list[str]:
    """Return the name that makes a function a verb, if it is one."""
    if not isinstance(node, ast.FunctionDef):
        return []
    calls = [call for call in node.decorator_list if isinstance(call, ast.Call)]
    return [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "verb"]


def verbs() -> list[tuple[str, Path, str]]:
    """Return every verb: its stored name, its file and its function."""
    paths = sorted(SOURCES.rglob("*.py"))
    return [(name, path, node.name) for path in paths for node in tree(path).body for name in stored_names(node)]
