"""Every refusal that a stage's source raises has words, and no words are left that nothing raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from anlan.core.refusals import known_codes
from tests.architecture.source import code_files, stages_of, tree

STAGES = ("core", "intake", "triage", "dispatch", "hotspots", "prevention", "voice", "effect", "bulletin")
pytestmark = pytest.mark.pure


def nodes(stage: str, *, words: bool = True) -> Iterator[ast.AST]:
    """Yield everything that the stage's source says; its words may be left out."""
    for path in stages_of(code_files())[stage]:
        if words or path.name != "words.py":
            yield from ast.walk(tree(path))


def raised(stage: str) -> set[str]:
    """Return the codes that stand in `Refused(...)`."""
    calls = [node for node in nodes(stage) if isinstance(node, ast.Call)]
    names = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Refused" and call.args]
    return {part.value for call in names for part in ast.walk(call.args[0])
            if isinstance(part, ast.Constant) and isinstance(part.value, str)}  # fmt: skip


def worded(stage: str) -> set[str]:
    """Return the codes that the stage registers words for."""
    found: set[str] = set()
    for node in nodes(stage):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "refusals.words":
            assert isinstance(node.args[0], ast.Dict)
            found |= {key.value for key in node.args[0].keys if isinstance(key, ast.Constant)}
    return found


def named(stage: str) -> set[str]:
    """Return every text of the stage outside its words: a code may be handed on before it is raised."""
    texts = [node.value for node in nodes(stage, words=False) if isinstance(node, ast.Constant)]
    return {text for text in texts if isinstance(text, str)}


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_raised_has_words(stage: str) -> None:
    """A code without words would fail in front of a reader."""
    assert raised(stage)
    assert sorted(raised(stage) - known_codes()) == []


@pytest.mark.parametrize("stage", STAGES)
def test_no_words_are_left_over(stage: str) -> None:
    """What a stage can say is said somewhere in it; too many cells are found by the readers of tables."""
    assert worded(stage)
    assert sorted(worded(stage) - named(stage) - {"too_many_cells"}) == []
