"""The lines of the console's list, each drawn in one piece: there are fifty, and dispatchers look at them all day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from anlan.core.models import ClockRun
from anlan.core.web.addresses import href
from anlan.core.words import MISSING, area_label
from anlan.dispatch.models import Assignment
from anlan.dispatch.queries.open_incidents import Line
from anlan.dispatch.words import running
from anlan.intake.words import label, when
from anlan.triage.models import Incident

DASH = SafeString(MISSING)


def state_of(assignment: Assignment, shape: str) -> SafeString:
    """Draw the state of an assignment: `tag` or `plain`."""
    mark = "late" if assignment.backup else "warn" if assignment.state == "dispatched" else "calm"
    mark = "done" if assignment.ended_at else mark
    return format_html('<span class="state {} {}">{}</span>', shape, mark, assignment.get_state_display())


def ticking(run: ClockRun | None, at: dt.datetime, of: object) -> SafeString:
    """Draw a running clock, which goes on in the browser; a dash where none runs."""
    if run is None:
        return DASH
    since, due = (moment.astimezone(dt.UTC).isoformat() for moment in (run.started_at, run.due_at))
    return format_html(
        '<time datetime="{}" title="{}" data-since="{}" data-due="{}" data-of="{}">{}</time>',
        due, when(run.due_at), since, due, of, running(run, at),
    )  # fmt: skip


def rows(
    lines: Iterable[tuple[Line, str]], at: dt.datetime, chosen: Incident | None = None, query: str = ""
) -> SafeString:
    """Draw lines, each with the word in which it stands; addresses keep what the list asks for."""
    frame = _frame()
    asks = f"?{escape(query)}" if query else ""
    drawn = [frame % _cells(line, word, at, chosen, asks) for line, word in lines]
    return mark_safe("\n".join(drawn))  # noqa: S308  (cells are escaped)


def _frame() -> str:
    """Return what is the same in all lines, in the reader's language."""
    said = {"step": _("Step"), "clock": _("Clock"), "number": _("Number"), "where": _("Where"), "who": _("Who")}
    named = {name: escape(words).replace("%", "%%") for name, words in said.items()}
    return (
        '<tr data-place="%(number)s" data-stands="%(word)s"%(current)s>'
        f'<td data-th="{named["step"]}"><span class="state %(mark)s"%(of)s>%(step)s</span></td>'
        f'<td data-th="{named["clock"]}" class="n">%(clock)s</td>'
        f'<td data-th="{named["number"]}" class="code nowrap">%(number)s</td>'
        '<th scope="row" class="cut"><a href="%(href)s" title="%(what)s">%(what)s</a></th>'
        f'<td class="cut" data-th="{named["where"]}">%(where)s</td>'
        f'<td class="cut" data-th="{named["who"]}">%(who)s</td></tr>'
    )  # fmt: skip


def _cells(line: Line, word: str, at: dt.datetime, chosen: Incident | None, asks: str) -> dict[str, str]:
    incident, run = line.incident, line.run
    number = escape(incident.number)
    return {
        "number": number,
        "word": escape(word),
        "current": ' aria-current="true"' if chosen and incident.pk == chosen.pk else "",
        "mark": line.mark,
        "of": f' data-mark="{number}"' if run else "",
        "step": escape(area_label(run.rule) if run else incident.get_state_display()),
        "clock": ticking(run, at, incident.number),
        "href": href("dispatch:console_incident", incident.number) + asks,
        "what": escape(label(incident.category)),
        "where": escape(area_label(line.area)) if line.area else MISSING,
        "who": ", ".join(map(_sent, line.out)) if line.out else escape(area_label(incident.owner)),
    }


def _sent(assignment: Assignment) -> str:
    unit = conditional_escape(area_label(assignment.unit))
    if not assignment.backup:
        return unit
    return format_html('<span class="state plain late">{}</span> {}', _("asks for backup"), unit)
