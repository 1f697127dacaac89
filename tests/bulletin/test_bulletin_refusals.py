"""A refusal of bulletins says why, in the language of its reader."""

from __future__ import annotations

import pytest
from django.utils import translation

from anlan.bulletin import rules
from anlan.core.refusals import Refused

pytestmark = pytest.mark.pure


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
