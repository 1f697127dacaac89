"""Which steps a task's page offers: its moves, and the acts that change no state."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.core.pages import Act
from anlan.core.pages.offers import Offered
from anlan.core.workflow import Terms
from anlan.prevention import actions
from anlan.prevention.forms.tasks import EvidenceForm, ExtendForm
from anlan.prevention.moves import ASK, EXTEND, EXTENSIONS, PROVE, REFUSE, TASKS

ADD_EVIDENCE = Act(
    PROVE, _("Add evidence"), "e", EvidenceForm,
    _("Evidence comes from the organisation that does the task, or from a verifier."),
    lambda number, seen, asked, **who: actions.add_evidence(task=number, **asked, **who),
)  # fmt: skip
ASK_EXTENSION = Act(
    ASK, _("Ask for an extension"), "a", ExtendForm,
    _("An officer of the organisation that does the task asks for a later deadline."),
    lambda number, seen, asked, **who: actions.ask_extension(task=number, seen=seen, **asked, **who), aside=True,
)  # fmt: skip


def _answers(terms: Terms) -> Act:
    """Return the answer to what is asked for a task as its life cycle declares it."""
    made, grants = EXTENSIONS[terms.name], terms is EXTEND
    return Act(
        terms, made.label, made.key, made.form, made.whose,
        lambda number, seen, asked, **who: EXTENSIONS.doors[terms.name](number, seen, asked, **who),
        due=lambda task: grants and task.asked, aside=made.aside,
    )  # fmt: skip


STEPS: tuple[Offered, ...] = (  # as the page offers them
    TASKS["verify"], ADD_EVIDENCE, TASKS["finish"], ASK_EXTENSION, _answers(EXTEND), _answers(REFUSE),
)  # fmt: skip
