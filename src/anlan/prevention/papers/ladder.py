"""The papers of the ladder: reminder letter, supervision order and interview notice to an organisation."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from anlan.core.city.current import city
from anlan.core.pages import Event
from anlan.core.print import Blanks, Column, Pairs, Paper, Part, Table, Whole, Words
from anlan.core.print.paper import invented
from anlan.core.words import area_label, listed, local
from anlan.prevention.models import Escalation
from anlan.prevention.queries.demands import Demand, days_late, demand_of
from anlan.prevention.queries.histories import history_of, past_of, steps_of
from anlan.prevention.words import PAPERS, named, paper_number, title_of

STEP = Escalation.Step
SAYS: Final[dict[str, Promise]] = {
    STEP.REMIND: lazy(
        "%(what)s is due on %(due)s. Please finish it by then. Where it takes longer, ask for a later deadline before"
        " that day and say why."
    ),
    STEP.SUPERVISE: lazy(
        "%(what)s was due on %(due)s and is %(late)s. It is under supervision from today. Please press ahead with it,"
        " and say in writing by %(answer)s how far it is, why it is late, and on which day it will be done."
    ),
    STEP.INTERVIEW: lazy(
        "%(what)s was due on %(due)s and is %(late)s. We ask whoever is in charge of your organisation to an interview"
        " about the reasons and about what is done now. Please agree on time and place with us by %(answer)s."
    ),
}
REMIND_OF_STEP = lazy("%(what)s is due on %(due)s. Please take this step by then.")  # no later deadline is asked for it
REMIND_LATE = lazy(
    "%(what)s was due on %(due)s and is %(late)s. Please finish it without delay, and say in writing by %(answer)s how"
    " far it is and on which day it will be done. What stays open is put under supervision."
)
REMIND_LATE_OF_STEP = lazy(
    "%(what)s was due on %(due)s and is %(late)s. Please take this step without delay, and say in writing by %(answer)s"
    " how it stands. What stays open is put under supervision."
)
OF_TASK, OF_PROBLEM = lazy('The task "%(title)s" (%(number)s)'), lazy('"%(title)s" (%(number)s), step "%(clock)s",')


def paper_of(step: Escalation) -> Paper:
    """Return the paper of a step towards an organisation: what its entry says, and the path until that moment."""
    said, number, here = demand_of(step), paper_number(step.number), city()
    issuer = area_label(here) if here else ""
    parts: list[Part] = [*invented(), Words(_("To: %(whom)s") % {"whom": named(step.organisation)}),
                         Words(_text(step, said)), *_places(step), _facts(step, said, number), *_path(step),
                         _signatures()]  # fmt: skip
    return Paper(
        title=str(PAPERS[step.step]), number=step.number, author=issuer, at=step.at, parts=parts,
        imprint=f"{issuer} · {number} · {local(step.at):%Y-%m-%d}",
    )  # fmt: skip


def _facts(step: Escalation, said: Demand, number: str) -> Part:
    problem, task = step.problem, step.task
    until = f"{step.due_on} ({said.clock})"
    post = [(_("Responsible post"), task.responsible)] if task else []
    works = [(_("Task"), f"{task.title} ({task.number})"), (_("Acceptance criterion"), task.criterion)] if task else []
    articles = [(_("Legal basis"), listed(said.articles))] if said.articles else []
    return Pairs([
        (_("Number"), number), *works, *post,
        (_("Problem"), f"{title_of(problem)} ({problem.number})"), (_("Instruction"), said.instruction or "—"),
        (_("Deadline and clock"), until), *_late(step), *articles,
    ])  # fmt: skip


def _late(step: Escalation) -> list[tuple[str, str]]:
    if not days_late(step):
        return []
    since = _("since %(day)s, %(late)s") % {"day": step.due_on + dt.timedelta(days=1), "late": _days_late(step)}
    return [(_("Late"), since)]


def _days_late(step: Escalation) -> str:
    days = days_late(step)
    return ngettext("%(n)d day late", "%(n)d days late", days) % {"n": days}


def _text(step: Escalation, said: Demand) -> str:
    if step.task:
        what = OF_TASK % {"title": step.task.title, "number": step.task.number}
    else:
        what = OF_PROBLEM % {"title": title_of(step.problem), "number": step.problem.number, "clock": said.clock}
    known = {"what": what, "due": str(step.due_on), "late": _days_late(step), "answer": said.answer_by}
    return str(_says(step)) % known


def _says(step: Escalation) -> Promise:
    """Return what the paper asks; a reminder after the deadline asks nothing for a day that is past."""
    if step.step != STEP.REMIND:
        return SAYS[step.step]
    if days_late(step):
        return REMIND_LATE if step.task else REMIND_LATE_OF_STEP
    return SAYS[STEP.REMIND] if step.task else REMIND_OF_STEP


def _places(step: Escalation) -> list[Part]:
    """Leave room for when and where to meet: whoever signs agrees on it."""
    if step.step != STEP.INTERVIEW:
        return []
    return [Blanks([(9, [_("Time of the interview"), _("Place of the interview")])])]


def _path(step: Escalation) -> list[Part]:
    events = history_of(step.task) if step.task else [*past_of(step.problem), *steps_of(step.problem)]
    until = sorted((event for event in events if event.at <= step.at), key=lambda event: event.at)
    columns = [Column(_("When"), 26, "small"), Column(_("What happened"), 40), Column(_("Organisation"), 40),
               Column(_("Words"), 60, "small")]  # fmt: skip
    return [Words(_("The path so far"), "heading"), Table(columns, [_row(event) for event in until])]


def _row(event: Event) -> list[str]:
    return [f"{local(event.at):%Y-%m-%d %H:%M}", str(event.what), event.by or "—", event.words]


def _signatures() -> Part:
    once = _("The number was given by the step itself and stands in its entry; printing again changes nothing.")
    return Whole([
        Blanks([(22, [_("Issued by (seal)"), _("Received by (seal)")]), (9, [_("Signed"), _("Signed")]),
                (9, [_("Date"), _("Date")])]),
        Words(once, "small"),
    ])  # fmt: skip
