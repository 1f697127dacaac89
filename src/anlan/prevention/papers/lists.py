"""An issued list on paper: its lines as they were issued, and what became of each by now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.print import Column, Pairs, Paper, Part, Table, Words
from anlan.core.print.paper import Cell, invented
from anlan.core.words import local
from anlan.prevention.models import TaskList
from anlan.prevention.queries.lists import Line, tally
from anlan.prevention.states import Fate, TaskState
from anlan.prevention.words import named


def paper_of(issued: TaskList, lines: Sequence[Line], hidden: int, at: dt.datetime) -> Paper:
    """Return a list as a paper, with the lines that its reader may open."""
    as_of = f"{_('As of')} {local(at):%Y-%m-%d %H:%M}"
    parts: list[Part] = [*invented(), _head(issued, lines), _table(lines)]
    if hidden:
        more = ngettext("and %(n)s line that you may not open", "and %(n)s lines that you may not open", hidden)
        parts.append(Words(more % {"n": hidden}, "small"))
    done = _("Done is what a verifier passed; on time is by the deadline that this list gave.")
    return Paper(
        title=f"{_('Task list')} {issued.number}", number=issued.number, author=named(issued.issuer),
        imprint=f"{named(issued.issuer)} · {as_of}", at=at, parts=[*parts, Words(done, "small")],
    )  # fmt: skip


def _head(issued: TaskList, lines: Sequence[Line]) -> Part:
    counts = [f"{part.words} {part.n}" for part in tally(lines) if part.n]
    return Pairs([
        (_("Kind"), issued.kind), (_("Issued by"), named(issued.issuer)), (_("Issued on"), str(issued.issued_on)),
        (_("Deadline"), str(issued.due_on)), (_("State"), _("; ").join(counts)),
    ])  # fmt: skip


def _table(lines: Sequence[Line]) -> Part:
    columns = [
        Column("#", 7, "small"), Column(_("Task"), 58), Column(_("Organisation"), 26), Column(_("Post"), 22),
        Column(_("Deadline on the list"), 22), Column(_("Deadline now"), 24), Column(_("State"), 22),
    ]  # fmt: skip
    return Table(columns, [_row(line) for line in lines])


def _row(line: Line) -> list[Cell]:
    task = line.item.task
    why = line.why if task.due_on != line.item.due_on else ""
    still = task.get_state_display() if line.fate == Fate.OPEN and task.state != TaskState.OPEN else ""
    return [
        str(line.item.line), (task.title, f"{task.number} · {task.criterion}"), named(task.organisation),
        task.responsible, str(line.item.due_on), (str(task.due_on), why), (str(line.fate.label), str(still)),
    ]  # fmt: skip
