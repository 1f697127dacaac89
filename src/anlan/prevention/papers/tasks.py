"""A task sheet: what a crew takes along and brings back, one A4 a task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.core.people.actors import Actor
from anlan.core.print import Blanks, Bound, Drawing, Pairs, Paper, Part, Words
from anlan.core.print.paper import invented
from anlan.core.print.press import refuse_many
from anlan.core.print.sketch import Mark, around, over, sketch
from anlan.core.words import day, listed, local
from anlan.intake.words import degrees, metres
from anlan.prevention.models import Problem, Task
from anlan.prevention.queries.sheets import Ground, Grounds, areas_at, ground_of, grounds_of, moments_of
from anlan.prevention.words import COMMA, named, title_of

NEAR_M = 1000.0  # how far to each side the sketch of the surroundings reaches


def sheets_of(tasks: Sequence[Task], number: str, actor: Actor) -> Bound:
    """Return the sheets of tasks as one file, each as the ledger last heard of it."""
    refuse_many(len(tasks))
    moments, whys = moments_of(tasks), grounds_of([task.problem for task in tasks], actor)
    at = max(moments.values())
    ground = ground_of(at, actor)
    papers = []
    for task in tasks:
        as_of = f"{_('As of')} {local(moments[task.pk]):%Y-%m-%d %H:%M}"
        parts = [*invented(), *_what(task), *_where(task.problem, ground, local(at).date()),
                 *_why(task.problem, whys.get(task.problem_id)), *_result()]  # fmt: skip
        papers.append(Paper(
            title=f"{_('Task sheet')} {task.number}", number=task.number, author=named(task.organisation),
            imprint=f"{named(task.organisation)} · {as_of}", at=moments[task.pk], parts=parts,
        ))  # fmt: skip
    title = papers[0].title if len(papers) == 1 else _("Task sheets %(number)s") % {"number": number}
    return Bound(title, number, papers[0].author, at, papers)


def _what(task: Task) -> list[Part]:
    until = str(task.due_on)
    if task.due_on != task.first_due_on:
        until += f" ({_('at first')} {task.first_due_on})"
    instruction = " · ".join(filter(None, [task.problem.instruction_ref, str(task.problem.instruction_on or "")]))
    return [Pairs([
        (_("Work to be done"), task.title), (_("Kind"), str(task.get_kind_display())), (_("Deadline"), until),
        (_("Responsible post"), task.responsible), (_("Acceptance criterion"), task.criterion),
        (_("Problem"), f"{title_of(task.problem)} ({task.problem.number})"), (_("Instruction"), instruction or "—"),
    ])]  # fmt: skip


def _where(problem: Problem, ground: Ground, today: dt.date) -> list[Part]:
    areas = listed(areas_at(problem, today)) or "—"
    if problem.lon is None or problem.lat is None:
        return [Words(_("Place and sketch"), "heading"), Words(areas)]
    lon, lat, radius = problem.lon, problem.lat, problem.radius_m or 0.0
    place = f"{degrees(lat)}, {degrees(lon)} (WGS 84)"
    within = _("within %(radius)s around it") % {"radius": metres(radius)}
    here = Mark(lon, lat, radius_m=radius)
    others = [mark for mark in ground.marks if (mark.lon, mark.lat) != (lon, lat)]
    near = sketch(around(lon, lat, NEAR_M), ground.outlines, [here, *others])
    wide = sketch(over(ground.city), ground.city, [here])
    words = _("The place and its surroundings: the ring is the place, dots are other sites.")
    return [Words(_("Place and sketch"), "heading"), Words(f"{areas}{COMMA}{place}{COMMA}{within}"),
            Drawing([(near, words), (wide, _("Where it lies in the city."))], 56), Words(words, "small")]  # fmt: skip


def _why(problem: Problem, why: Grounds | None) -> list[Part]:
    if why is None:
        sent = problem.analysis
        source = f" · {_('Analysis report')} {sent.number} · {sent.title}" if sent else ""
        return [Words(_("Why it is done"), "heading"), Words(f"{problem.get_origin_display()}{source}")]
    place = why.place
    episodes = ngettext("%(n)s episode", "%(n)s episodes", place.episodes) % {"n": place.episodes}
    said = ngettext(
        '%(n)s report in %(episodes)s, from %(first)s to %(last)s (study "%(study)s").',
        '%(n)s reports in %(episodes)s, from %(first)s to %(last)s (study "%(study)s").', place.reports,
    ) % {"n": place.reports, "episodes": episodes, "first": day(place.first_at), "last": day(place.last_at),
         "study": why.study.name}  # fmt: skip
    last = listed(f"{number} ({day(at)}, {category})" if number else day(at) for number, at, category in why.reports)
    latest = [Words(_("The latest: %(reports)s") % {"reports": last}, "small")] if last else []
    return [Words(_("Why it is done"), "heading"), Words(said), *latest]


def _result() -> list[Part]:
    verified = _("Somebody who did no part of the work verifies it by the criterion above; take photos of the works.")
    return [
        Words(_("What the crew did"), "heading"),
        Words(_("Works done, material, what is left"), "room"),
        Blanks([(9, [_("Done on"), _("How many photos"), _("Signed by the post responsible")])]),
        Words(_("How it is verified"), "heading"), Words(verified, "small"),
        Blanks([(12, [_("Passed / not passed, and why")]), (9, [_("Verified on"), _("Signed by the verifier")])]),
    ]  # fmt: skip
