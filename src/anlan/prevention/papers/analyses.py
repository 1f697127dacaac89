"""An analysis report as a document: what was found, where, what is asked of whom, and what it rests on."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from shapely.geometry import Point

from anlan.core.city.current import city
from anlan.core.print import Column, Drawing, Pairs, Paper, Part, Table, Whole, Words
from anlan.core.print.paper import Cell, invented
from anlan.core.print.sketch import Mark, over, sketch
from anlan.core.words import area_label, day, figure, listed, local
from anlan.hotspots.models import Study
from anlan.hotspots.words import change_word
from anlan.intake.words import metres
from anlan.prevention.queries.analyses import ReportedProblem
from anlan.prevention.queries.findings import Findings
from anlan.prevention.words import named, title_of

LEAST_M: Final = 2000.0  # a map of one place shows so much around it
FIRST: Final = 20  # places that stand in the document; all of them in its annex
CHANGES: Final = ("new", "kept", "grown", "shrunk", "split", "merged", "gone")


def paper_of(found: Findings) -> Paper:
    """Return a report as a paper of the moment at which it was sent."""
    report = found.report
    parts = [*invented(), *_summary(found), *_map(found), *_places(found), *_request(found), *_method(found)]
    to = pgettext("a paper", "To")
    return Paper(
        title=report.title, number=report.number, author=_sender(), at=report.sent_at, parts=parts,
        imprint=f"{_('Analysis report')} {report.number} · {to} {named(report.addressee)} · {day(report.sent_at)}",
    )  # fmt: skip


def _sender() -> str:
    here = city()
    return area_label(here) if here else ""


def _summary(found: Findings) -> list[Part]:
    words = [Words(_("Summary"), "heading")]
    if found.study:
        words.append(Words(_of_study(found, found.study)))
    problems = ngettext(
        "This report raises %(n)s problem: %(parts)s.",
        "This report raises %(n)s problems: %(parts)s.",
        len(found.problems),
    )
    others = len(found.problems) - len(found.places) - found.silent
    kinds = [
        ngettext("%(n)s recurrent place", "%(n)s recurrent places", len(found.places))
        % {"n": figure(len(found.places))},
        ngettext("%(n)s silent area", "%(n)s silent areas", found.silent) % {"n": figure(found.silent)},
        _("%(n)s found otherwise") % {"n": figure(others)},
    ]
    parts = listed(words for words, n in zip(kinds, (len(found.places), found.silent, others), strict=True) if n)
    words.append(Words(problems % {"n": figure(len(found.problems)), "parts": parts}))
    if found.places:
        words.append(Words(_share(found)))
    if found.changes:
        changed = [f"{change_word(name)} {figure(found.changes[name])}" for name in CHANGES if found.changes[name]]
        since = _("Since the study before, of all places of the study: %(changed)s.")
        words.append(Words(since % {"changed": listed(changed)}))
    return [*words]


def _of_study(found: Findings, study: Study) -> str:
    kinds = listed(area_label(category) for category in found.categories)
    return _("%(reports)s reports of %(period)s were studied (%(kinds)s); they show %(sites)s recurrent places.") % {
        "reports": figure(study.reports), "period": f"{study.since} – {study.until}", "kinds": kinds,
        "sites": figure(study.sites),
    }  # fmt: skip


def _share(found: Findings) -> str:
    every, first = found.reports(), found.reports(FIRST)
    said = _(
        "At the raised places lie %(every)s reports; the first %(n)s places have %(first)s of them (%(share)s %%)."
    )
    return said % {"every": figure(every), "n": min(FIRST, len(found.places)), "first": figure(first),
                   "share": f"{100 * first / every:.0f}" if every else "—"}  # fmt: skip


def _map(found: Findings) -> list[Part]:
    marks = [Mark(at.lon, at.lat, str(n) if n <= FIRST else "") for n, place in enumerate(found.places, 1)
             if (at := place.place)]  # fmt: skip
    if not marks:
        return []
    words = _("The raised places: the first %(n)s by their numbers in the table, the others as dots.") % {
        "n": min(FIRST, len(marks))}  # fmt: skip
    near, city = over([Point(mark.lon, mark.lat) for mark in marks], 300, LEAST_M), found.ground.city
    pictures = [(sketch(near, found.ground.outlines, marks), words),
                (sketch(over(city, 300), city, [], near), _("Where they lie in the city."))]  # fmt: skip
    return [Whole([Words(_("Map"), "heading"), Drawing(pictures, 82), Words(words, "small")])]


def _places(found: Findings) -> list[Part]:
    raised = found.places or found.problems
    first = raised[:FIRST]
    if found.places:
        heading = ngettext("The first %(n)s place", "The first %(n)s places", len(first))
        columns = [
            Column("#", 6, "small"), Column(_("Site"), 62), Column(_("Area"), 34), Column(_("Reports"), 16, "value"),
            Column(_("Episodes"), 16, "number"), Column(_("First and last report"), 36, "small"),
        ]  # fmt: skip
    else:
        heading = ngettext("The first %(n)s problem", "The first %(n)s problems", len(first))
        columns = [Column("#", 6, "small"), Column(_("Problem"), 92), Column(_("Area"), 40), Column(_("Origin"), 32)]
    annex = _("All %(n)s problems stand in the annex, %(number)s.csv.") % {
        "n": figure(len(found.problems)), "number": found.report.number}  # fmt: skip
    rows = [_row(n, each) for n, each in enumerate(first, 1)]
    return [Words(heading % {"n": len(first)}, "heading"), Table(columns, rows), Words(annex, "small")]


def _row(n: int, found: ReportedProblem) -> list[Cell]:
    place, problem = found.place, found.problem
    area = listed(area_label(area) for area in found.areas) or "—"
    if place is None:
        return [str(n), (title_of(problem), problem.number), area, str(problem.get_origin_display())]
    site = f"{_('Site')} {problem.site.code} · {problem.number}" if problem.site else problem.number
    return [str(n), (title_of(problem), site), area, figure(place.reports), figure(place.episodes),
            f"{day(place.first_at)} – {day(place.last_at)}"]  # fmt: skip


def _request(found: Findings) -> list[Part]:
    whom, n = named(found.report.addressee), figure(len(found.problems))
    if found.due_on:
        asked = _("We ask %(whom)s to name by %(day)s, for each of the %(n)s problems, the organisation that leads.")
    else:
        asked = _("We ask %(whom)s to name, for each of the %(n)s problems, the organisation that leads.")
    then = _(
        "The lead signs for it and plans tasks with deadline and acceptance criterion; somebody who did no part"
        " of the work verifies them. A deadline that passes brings a reminder, a supervision order, an interview."
    )
    return [Words(_("What is asked"), "heading"),
            Words(asked % {"whom": whom, "day": str(found.due_on), "n": n}), Words(then)]  # fmt: skip


def _method(found: Findings) -> list[Part]:
    study = found.study
    limits = _(
        "Reports say where people called from, not where trouble begins nor why; who answers for it is not known"
        " from the place. Where nobody reports it is silent, not safe."
    )
    silence = found.report.silence_words
    parts: list[Part] = [Words(_("Method and limits"), "heading")]
    if study:
        known = found.parameters
        said = _(
            "A place is recurrent when reports lie within %(radius)s in at least %(episodes)s episodes that are"
            " parted by more than %(gap)s h without a report, and closer together than scattered reports explain."
        )
        gap = f"{known['episode_gap_h']:g}"
        figures = {"radius": metres(known["radius_m"]), "episodes": known["min_episodes"], "gap": gap}
        parts.append(Words(said % figures))
    parts.append(Words(limits))
    if silence:
        parts.append(Words(_("Why there are no silent areas: %(words)s") % {"words": silence}))
    basis = [(_("Number"), found.report.number)]
    if study:
        basis += [
            (_("Study"), f"{study.name} (#{study.pk})"),
            (_("Period"), f"{study.since} – {study.until}"),
            (_("Ledger position"), figure(study.position)),
            (_("Method"), f"{study.method} r{study.revision}"), (_("Content hash"), study.content_hash[:16]),
        ]  # fmt: skip
    basis.append((_("Sent on"), f"{local(found.report.sent_at):%Y-%m-%d %H:%M}"))
    return [Whole([*parts, Pairs(basis)])]
