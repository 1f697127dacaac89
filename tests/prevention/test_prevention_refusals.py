"""Every refusal that hotspots, prevention and effect raise has words, and none of their words says nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

import anlan
from anlan.core.refusals import Refused, known_codes

ROOT = Path(anlan.__file__).parent


def calls(stage: str, name: str) -> list[ast.Call]:
    """Return the calls of this name in a stage's source."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / stage).rglob("*.py")]
    every = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in every if ast.unparse(call.func) == name]


def raised(stage: str) -> set[str]:
    """Return the codes that stand in `Refused(...)`."""
    return {ast.literal_eval(call.args[0]) for call in calls(stage, "Refused")}


def worded(stage: str) -> set[str]:
    """Return the codes that a stage registers words for."""
    (call,) = calls(stage, "refusals.words")
    (texts,) = call.args
    assert isinstance(texts, ast.Dict)
    return {ast.literal_eval(key) for key in texts.keys if key}


@pytest.mark.parametrize("stage", ["hotspots", "prevention", "effect"])
def test_what_a_stage_refuses_has_words_and_no_words_are_left_over(stage: str) -> None:
    """A code without words would fail in front of a reader."""
    assert raised(stage) - known_codes() == set()
    assert worded(stage) - raised(stage) == set()


def test_a_refusal_is_read_in_the_language_of_the_page() -> None:
    """Code and limits are kept; the sentence is written where it is read."""
    refused = Refused("silent_areas_missing", "silence_words", n=2)
    assert str(refused) == "Keep 2 of these places for silent areas, or write why there are none."
    with override("zh-hans"):
        assert "2" in str(refused)
        assert "Keep" not in str(refused)
