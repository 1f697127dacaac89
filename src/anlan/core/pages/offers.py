"""Which steps a page offers with a record: the moves of its life cycle, and the acts that change no state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from anlan.core.pages.answers import Sent
from anlan.core.pages.forms import StepForm
from anlan.core.workflow.moves import Move, Words
from anlan.core.workflow.terms import Terms


@dataclass(frozen=True)
class Act:
    """Something done with a record that changes no state: whose it is, its form, its words, its verb."""

    terms: Terms
    label: Words
    key: str
    form: type[StepForm]
    whose: Words
    press: Callable[..., Any]  # takes the record's number, what the page showed, what was typed, and who
    due: Callable[[Any], bool] = lambda record: False
    aside: bool = False
    opens: bool = False

    @property
    def name(self) -> str:
        """Its name, as its verb knows it."""
        return self.terms.name


Offered = Move | Act  # what a page can offer


@dataclass(frozen=True)
class Offer:
    """One step on a page: its verb, the words on its button, its key, its form, if that is open, if it is likely."""

    verb: str
    words: str
    key: str
    form: StepForm
    opened: bool = False
    primary: bool = False


def form_of(step: Offered) -> type[StepForm]:
    """Return a step's form; one that asks for nothing needs none."""
    return step.form or StepForm


def is_due(step: Offered, record: Any) -> bool:
    """Whether this is a step that is waited for."""
    return step.due(record) if isinstance(step, Act) else record.state in step.due


def shown(
    steps: Iterable[Offered], mine: Callable[[Offered], bool], record: Any, form: Callable[[Offered], StepForm],
    sent: Sent = None,
) -> list[Offer]:  # fmt: skip
    """Return the steps that are somebody's, in order; a refused one stays, open, as typed."""
    found: list[Offer] = []
    for step in steps:
        again = sent[1] if sent and sent[0] == step.name else None
        if again is None and not mine(step):
            continue
        due = is_due(step, record)
        opened = again is not None or (sent is None and step.opens and due)
        likely = not found and (due or not step.aside)
        found.append(Offer(step.name, str(step.label), step.key, again or form(step), opened, likely))
    return found
