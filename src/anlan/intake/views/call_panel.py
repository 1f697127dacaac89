"""What the call panel shows beside what was typed: categories in groups, key questions, urgency, the keys of a call."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from anlan.intake.forms.desk import CallForm
from anlan.intake.models import Category
from anlan.intake.queries.questions import asked
from anlan.intake.words import label, said

ORDER = list(Category.Kind.values)


def call_panel(form: CallForm | None, categories: Sequence[Category]) -> dict[str, Any]:
    """Return the panel's part of the page; each category keeps its number of the whole list."""
    questions = asked()
    answers = {each.code: form.data.get(f"ask-{each.code}", "") if form else "" for each in questions}
    return {
        "groups": _groups(categories),
        "call_keys": sorted((each for each in categories if each.call_key), key=lambda each: each.call_key),
        "questions": [(each, answers[each.code]) for each in questions],
        "panel": {
            "categories": [
                {"label": label(each), "names": [each.code, each.name, each.name_en], "depth": each.depth,
                 "urgency": 1 if each.exclusion_gate else each.urgency,
                 "asks": [question.code for question in questions if question.asks(each)]}
                for each in categories
            ],
            "questions": {each.code: {"said": said(each), "urgency": each.urgency} for each in questions},
        },
    }  # fmt: skip


def _groups(categories: Sequence[Category]) -> list[tuple[str, list[tuple[int, Category]]]]:
    numbered = [(n, each) for n, each in enumerate(categories, start=1) if not each.call_key]
    numbered.sort(key=lambda pair: (ORDER.index(pair[1].kind), pair[0]))
    return [(kind, list(group)) for kind, group in groupby(numbered, key=lambda pair: pair[1].kind)]
