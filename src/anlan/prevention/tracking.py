"""What a reporter is told of the place: that the city has listed it, what is done there, what comes next and by when.

Written from states, days and names of organisations alone: titles and reasons may name places or people.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext as p

from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.intake.models import Report
from anlan.intake.states import COUNTED
from anlan.prevention.models import Problem, Storm, Task
from anlan.prevention.moves import PROBLEMS, turn
from anlan.prevention.queries.places import problems_at
from anlan.prevention.queries.storms import tests_of
from anlan.prevention.rules import RUNS_OFF
from anlan.prevention.states import MENDED
from anlan.prevention.states import ProblemState as P
from anlan.prevention.states import TaskState as T
from anlan.prevention.words import named


@dataclass(frozen=True)
class Place:
    """A heading, sentences, what comes next, and until when."""

    title: str
    words: list[str]
    next: str
    due: dt.datetime | None


WHO_MENDS = gettext_lazy("Next, the city says who puts it right.")
SAID: dict[str, tuple[str | Promise, str | Promise]] = {  # how it stands, and what comes next
    P.RAISED: (gettext_lazy("The city government has been told of it."), WHO_MENDS),
    P.ASSIGNED: (
        gettext_lazy("%(name)s has been asked to put it right."),
        gettext_lazy("Next, %(name)s takes it on."),
    ),
    P.RETURNED: (gettext_lazy("It is being looked at again whose job it is."), WHO_MENDS),
    P.DISPUTED: (
        gettext_lazy("It is not clear yet whose job it is."),
        gettext_lazy("Next, somebody decides it, and that decision holds."),
    ),
    P.SIGNED: (gettext_lazy("%(name)s has taken it on."), gettext_lazy("Next, %(name)s plans the work.")),
    P.REOPENED: ("", gettext_lazy("Next, %(name)s plans the work anew.")),
}


def tell_of_place(report: Report, at: dt.datetime) -> Place | None:
    """Return what to say of the place of a report: nothing where the city has listed none of that kind there."""
    if report.lon is None or report.lat is None or report.validity not in COUNTED or not report.category.public:
        return None
    found = problems_at(report.lon, report.lat, report.category.code)
    if not found:
        return None
    problem = found[0]
    words, to_come = _mended(problem, at) if problem.state in MENDED else _open(problem, report)
    waits_for_rain = problem.state == P.ACCEPTED and not to_come
    due = None if waits_for_rain or problem.due_on is None else _end_of(problem.due_on)
    return Place(_title(problem), [_listed(problem), *(sentence for sentence in words if sentence)], to_come, due)


def _title(problem: Problem) -> str:
    floods, gone = problem.rain_test_mm_h is not None, problem.state == P.STRUCK_OFF
    if floods:
        return _("This place used to flood") if gone else _("This place floods often")
    return _("This place was on the city's list") if gone else _("This place is on the city's list")


def _listed(problem: Problem) -> str:
    floods, gone = problem.rain_test_mm_h is not None, problem.state == P.STRUCK_OFF
    if floods:
        return _("It was one of the city's listed flood-prone points.") if gone else _(
            "It is one of the city's listed flood-prone points.")  # fmt: skip
    return _("It was one of the places that the city has listed to put right.") if gone else _(
        "It is one of the places that the city has listed to put right.")  # fmt: skip


def _open(problem: Problem, report: Report) -> tuple[list[str], str]:
    """Say how a place stands that is not mended, and what comes next."""
    back = _back(problem, report) if problem.reopened else ""
    has_lead = problem.lead is not None and problem.lead.active
    if turn(problem.state, has_lead) != turn(problem.state, True):
        return [back, _("The office that had it is closed.")], str(WHO_MENDS)
    name = named(problem.lead) if problem.lead else ""
    if problem.state == P.IN_WORK:
        words, to_come = _in_work(problem, name)
    else:
        stands, to_come = (str(sentence) % {"name": name} for sentence in SAID[problem.state])
        words = [stands]
    return [back, *words], to_come


def _in_work(problem: Problem, name: str) -> tuple[list[str], str]:
    tasks = list(Task.objects.filter(problem=problem, round=problem.reopened).values_list("kind", "state"))
    states = [state for _kind, state in tasks]
    done = sum(state in {T.WORKS_DONE, T.PASSED} for state in states)
    words = [_("%(name)s is working on it.") % {"name": name}]
    if states:
        words.append(_("Steps finished: %(done)d of %(all)d.") % {"done": done, "all": len(states)})
    if (Task.Kind.INTERIM, T.PASSED) in tasks:
        words.append(_("Help for this season, such as a pump or a barrier, is in place."))
    if T.REFUSED in states:
        words.append(_("A check found that a part must be done again."))
    if {T.OPEN, T.REFUSED} & set(states):
        return words, _("Next, more of the work is finished.")
    if T.WORKS_DONE in states:
        return words, _("Next, somebody who did not do the work checks it.")
    return words, _("Next, %(name)s plans the rest of the work.") % {"name": name}


def _mended(problem: Problem, at: dt.datetime) -> tuple[list[str], str]:
    """Say that works were finished, and whether rain has tested them: before that nothing is called solved."""
    works = _("The works were finished on %(day)s and checked.") % {"day": _day(_finished(problem))}
    asked_at = problem.struck_off_at or at
    held = [storm for storm, stood in tests_of(problem, asked_at) if stood]
    tested = _("The rain of %(day)s has tested them: the place held.") % {"day": _day(held[-1].start)} if held else ""
    if problem.state == P.STRUCK_OFF:
        off = _("It is off the list since %(day)s.") % {"day": _day(asked_at)}
        return [works, tested, off, _("If it fails again, please report it: it then goes back on the list.")], ""
    if problem.rain_test_mm_h is None or held:
        return [works, tested], _("Next, the city takes it off its list.")
    waits = _("It counts as solved only when a heavy rain has tested it: %(mm)s mm in an hour or more.")
    return [works, waits % {"mm": f"{problem.rain_test_mm_h:g}"}], ""


def _back(problem: Problem, report: Report) -> str:
    """Say since when it is back on the list, and that this report put it there where it did."""
    move = problem.moves.filter(verb=PROBLEMS["reopen"].called(P.REOPENED)).last()
    if move is None:
        return ""
    cause = Report.objects.filter(number=move.words).first()  # a person may have written a reason instead
    if cause is None:
        return _("It had been put right, but is back on the list since %(day)s.") % {"day": _day(move.at)}
    if cause.pk == report.pk:
        return _("It had been put right and failed again: your report put it back on the list.")
    day = {"day": _day(cause.received_at)}
    if Storm.objects.filter(start__lte=cause.received_at, end__gte=cause.received_at - RUNS_OFF).exists():
        return _("It had been put right, but failed again in the rain of %(day)s and is back on the list.") % day
    return _("It had been put right, but failed again on %(day)s and is back on the list.") % day


def _finished(problem: Problem) -> dt.datetime:
    done = Task.objects.filter(problem=problem, round=problem.reopened, finished_at__isnull=False)
    last = done.order_by("finished_at").values_list("finished_at", flat=True).last()
    return last or problem.accepted_at or problem.raised_at


def _day(at: dt.datetime) -> str:
    return date_format(local_day(at), p("a day", "j F Y"))


def _end_of(day: dt.date) -> dt.datetime:
    zone = city_zone()
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
