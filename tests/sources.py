"""What tests read off the code itself."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src/anlan"


def stored_names(node: ast.AST) -> list[str]:
    """Return the name that makes a function a verb, if it is one."""
    if not isinstance(node, ast.FunctionDef):
        return []
    calls = [call for call in node.decorator_list if isinstance(call, ast.Call)]
    return [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "verb"]


def verbs() -> list[tuple[str, Path, str]]:
    """Return every verb: its stored name, its file and its function."""
    trees = [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(SOURCES.rglob("*.py"))]
    return [(name, path, node.name) for path, tree in trees for node in tree.body for name in stored_names(node)]
