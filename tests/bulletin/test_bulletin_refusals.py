"""Every refusal of bulletins says why, and none is kept that nothing raises."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

from anlan import bulletin
from anlan.bulletin import rules
from anlan.bulletin.words import REFUSALS
from anlan.core.refusals import Refused, known_codes

pytestmark = pytest.mark.pure
SOURCES = sorted(Path(bulletin.__file__).parent.rglob("*.py"))


def raised() -> set[str]:
    """Return the codes with which the stage's sources refuse."""
    nodes = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused"]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_every_code_has_words_and_every_word_has_a_code() -> None:
    """Read from the sources."""
    assert raised() <= known_codes()
    assert set(REFUSALS) == raised()


def test_a_refusal_says_why_in_the_language_of_its_reader() -> None:
    """The same code, with its limits."""
    refused = Refused("unknown_measures", "measures", codes="crime")
    assert str(refused) == "There is no measure crime."
    with translation.override("zh-hans"):
        assert str(refused) == "没有这些指标：crime。"


def test_a_plan_is_of_measures_that_there_are() -> None:
    """None, and one that nobody declared, are told apart."""
    for codes, code in (([], "no_measures_chosen"), (["crime"], "unknown_measures")):
        with pytest.raises(Refused) as found:
            rules.require_counters(codes, {"reports": "valid_share"})
        assert found.value.code == code
