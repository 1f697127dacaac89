"""What a record's choices are called, on pages with hundreds of them."""

from __future__ import annotations

from django.utils.translation import override

from anlan.triage.models import Incident
from anlan.triage.states import State


def test_each_choice_has_its_word_in_the_readers_language():
    """The words are looked up and not gathered anew; they follow the language, and what is no choice stays itself."""
    for language in ("en", "zh-hans"):
        with override(language):
            assert [Incident(state=state).get_state_display() for state in State] == [
                str(state.label) for state in State
            ]
    assert Incident(state="elsewhere").get_state_display() == "elsewhere"
