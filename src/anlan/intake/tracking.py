"""Intake's own part of the tracking page: received, read, added to, withdrawn, erased."""

from __future__ import annotations

import datetime as dt
import json

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as p

from anlan.core.models import LedgerEntry
from anlan.core.sealed.purposes import ErasureReason
from anlan.core.sealed.scrub import is_leaving
from anlan.core.time import deadlines
from anlan.core.time.clock import now
from anlan.intake.channels import Channel
from anlan.intake.models import Addition, Erasure, Report
from anlan.intake.public.timeline import Line, Standing, Told, tells
from anlan.intake.queries.unsorted import FIRST_LOOK, first_look_of
from anlan.intake.states import CARRIES_NOTHING
from anlan.intake.words import clock, public_title

LOOKED = ("intake.personal_read", "intake.photo_read", "intake.validity_set")
TO_DEAL_WITH_IT = frozenset({"handle", "call_back", "in_hand"})


def first_look_minutes() -> int:
    """Return within how many minutes this city promises that somebody reads a report."""
    return deadlines.rule_of(FIRST_LOOK).timing(now()).target_s // 60


def first_look_by(report: Report) -> dt.datetime:
    """Return until when somebody reads the report: its clock says so, and for a history the rule."""
    run = first_look_of(report)
    return run.due_at if run else deadlines.due_at(FIRST_LOOK, report.entered_at)


def first_looked_at(report: Report) -> dt.datetime | None:
    """Return when somebody at the duty desk first opened the report to deal with it, or heard it on the telephone."""
    if report.channel in Channel.heard():
        return report.entered_at
    entries = LedgerEntry.objects.filter(
        subject=f"report:{report.number}", kind__in=LOOKED, actor__startswith="person:"
    ).order_by("id")
    for kind, at, payload in entries.values_list("kind", "at", "payload"):
        if kind == "intake.validity_set" or json.loads(payload).get("purpose") in TO_DEAL_WITH_IT:
            return dt.datetime.fromisoformat(at)
    return None


def was_masked(report: Report) -> bool:
    """Whether an ID number was taken out of the words when the report was received."""
    received = LedgerEntry.objects.filter(subject=f"report:{report.number}", kind="intake.report_received").first()
    return bool(received and json.loads(received.payload).get("masked"))


@tells
def tell_of_intake(report: Report, at: dt.datetime) -> Told:
    """Say what intake knows of a report."""
    looked = first_looked_at(report)
    erasure = Erasure.objects.filter(report=report).first()
    withdrawn = erasure is not None and erasure.reason == ErasureReason.WITHDRAWN
    lines = [_received(report), *_added(report)]
    if looked:
        lines.append(Line("done", _("Read by the duty desk"), at=looked))
    if erasure:
        lines.append(_erased(erasure, withdrawn))
    if not withdrawn and not looked:
        lines.append(_awaited(report, at))
    return Told(tuple(lines), _standing(report, at, looked, withdrawn))


def _erased(erasure: Erasure, withdrawn: bool) -> Line:
    if is_leaving(erasure.at):
        words = _("Nobody can open them any more. This page says when they have left our database.")
        return Line("now", _("Words, photo and number are being erased"), words, erasure.at)
    words = _("Nobody can read your words, photo and number any more.")
    title = _("You withdrew the report") if withdrawn else _("Words, photo and number erased")
    return Line("done", title, words, erasure.at)


def _received(report: Report) -> Line:
    return Line("done", _("You reported: %(what)s") % {"what": public_title(report)}, at=report.received_at)


def _added(report: Report) -> list[Line]:
    additions = Addition.objects.filter(first=report).select_related("report")
    return [Line("done", _what_was_added(added.report), at=added.report.received_at) for added in additions]


def _what_was_added(added: Report) -> str:
    if added.depth_cm is None:
        return _("You added something")
    if added.depth_cm == 0:
        return _("You told us: the water is gone")
    return _("You told us: the water is %(depth)d cm deep") % {"depth": added.depth_cm}


def standing_of(report: Report, at: dt.datetime) -> Standing:
    """Return where a report stands that nobody has sorted yet."""
    return _standing(report, at, first_looked_at(report), withdrawn=False)


def _awaited(report: Report, at: dt.datetime) -> Line:
    due = first_look_by(report)
    if at <= due:
        return Line("next", _("Next: somebody reads your report"), at=due, is_deadline=True)
    return Line("late", _("Late: somebody reads your report"), at=due, is_deadline=True)


def _standing(report: Report, at: dt.datetime, looked: dt.datetime | None, withdrawn: bool) -> Standing:
    if withdrawn:
        lead = _("Nobody acts on it. If something is wrong there after all, please report again.")
        return Standing(_("You withdrew this report"), lead, "done", p("state of a report", "Withdrawn"), asks="")
    if report.validity in CARRIES_NOTHING:
        lead = _("The duty desk took it for a mistake and plans nothing. If that is wrong, add something below.")
        return Standing(_("Read, and closed as a mistake"), lead, "done", p("state of a report", "Closed"))
    if looked:
        lead = _("The duty desk has read it and passes it to whoever deals with it. What they do is told here.")
        return Standing(_("Your report has been read"), lead, "calm", p("state of a report", "Read"))
    due = first_look_by(report)
    if at <= due:
        lead = _("Somebody reads it by %(by)s. You will see it here.") % {"by": clock(due)}
        return Standing(_("We have your report"), lead, "idle", p("state of a report", "Received"))
    lead = _("It should have been read by %(by)s. If it is urgent, please telephone.") % {"by": clock(due)}
    return Standing(_("Your report waits longer than it should"), lead, "late", p("state of a report", "Late"))
