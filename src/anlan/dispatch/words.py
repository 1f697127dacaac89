"""What pages say of dispatch: why a step was refused, how long something took, how a clock stands."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext, pgettext_lazy

from anlan.core import labels, refusals
from anlan.core.models import ClockRun, Timing
from anlan.core.people.actors import Actor
from anlan.core.time import vocabulary
from anlan.core.time.rules import Counting
from anlan.core.words import MISSING, area_label, second
from anlan.dispatch.models import Unit
from anlan.dispatch.queries.clocks import Face
from anlan.dispatch.queries.sendings import Sending
from anlan.dispatch.states import Stamp

DAY = 86_400

refusals.words({
    "taken_back_since": noop("This press was taken back. Press again on the page as it stands now."),
    "no_such_step": noop("This step cannot come now: somebody stamped it, or a later one, already."),
    "unknown_unit_code": noop("There is no such unit."),
    "not_of_the_house": noop("Only an officer of the organisation of unit %(unit)s stamps for it."),
    "unit_not_given": noop("This log-in does not stamp for unit %(unit)s."),
    "unknown_assignment": noop("There is no such assignment."),
    "unit_busy": noop("This unit is elsewhere. Choose another, or free it first."),
    "unit_off_shift": noop("This unit is off shift. Choose another, or write its shift first."),
    "unit_closed": noop("This unit is not sent any more. Choose another."),
    "shift_overlaps": noop("This unit has another shift in that time. Let this one begin when that one ends."),
    "shift_impossible": noop("A shift ends after it begins, with at least one person."),
})  # fmt: skip
labels.name_kinds({
    "dispatch.access_given": noop("Unit entrusted to a log-in"),
    "dispatch.access_taken": noop("Unit taken from a log-in"),
    "dispatch.shift_began": noop("Shift begun"),
    "dispatch.unit_acknowledged": noop("Acknowledged"),
    "dispatch.unit_archived": noop("Archived"),
    "dispatch.unit_backup_asked": noop("Backup asked"),
    "dispatch.unit_cleared": noop("Free again"),
    "dispatch.unit_dispatched": noop("Dispatched"),
    "dispatch.unit_en_route": noop("En route"),
    "dispatch.unit_field_feedback": noop("Field feedback"),
    "dispatch.unit_made": noop("Unit made by an import"),
    "dispatch.unit_on_scene": noop("On scene"),
    "dispatch.unit_reassigned": noop("Reassigned"),
    "dispatch.unit_resolved": noop("Danger ended"),
    "dispatch.unit_reviewed": noop("Reviewed"),
    "dispatch.unit_undone": noop("Step of a unit taken back"),
})  # fmt: skip
labels.name_records({"dispatch.unitaccess": noop("Log-in of a unit")})


# Why a call of another system's file was not taken in.
refusals.words({
    "out_of_order": noop("%(this)s lies before %(earlier)s; a later step cannot come first."),
    "no_time_of_day": noop("This is a day without a time; a stamp needs both."),
    "rows_disagree": noop("The rows of this incident disagree here."),
    "not_closed": noop("This is not closed yet; take it in from a later export."),
    "differs": noop("This is here already, and the file now tells another %(what)s; an import changes no incident."),
    "unknown_unit": noop(
        "There is no unit %(unit)s; name it under units.codes, or say under units.unknown whose it is."
    ),
    "stamp_without_unit": noop("Here is a stamp of a unit, and no unit."),
    "not_sent": noop("Unit %(unit)s has no time at which it was sent."),
    "ended_twice": noop("Unit %(unit)s was both free again and reassigned; only one of these ends an assignment."),
    "stamps_per_unit": noop("There are %(units)s units and %(stamps)s stamps: it cannot be said whose they are."),
    "unit_elsewhere": noop(
        "Unit %(unit)s was at another incident from %(since)s to %(until)s, and at this one from %(begun)s to "
        "%(free)s; … means that no end is stamped, so that the unit counts as still there."
    ),
    "out_too_long": noop("Unit %(unit)s would have been out for more than %(days)s days; check the dates."),
    "unknown_organisation": noop("There is no organisation %(organisation)s; name it under handover.codes."),
    "handed_to_nobody": noop("Here is the time of a handover, and nobody to whom it was handed."),
    "never_diverted": noop("This may hide danger to life: it is never diverted."),
    "unknown_disposal": noop("This is no result that a reporter can be told; write one of: %(known)s."),
})  # fmt: skip


vocabulary.hears(f"dispatch.unit_{stamp.value}" for stamp in Stamp if stamp not in {Stamp.RECEIVED, Stamp.ENTERED})
vocabulary.asks_for("unit_kind", pgettext_lazy("a clock", "Units"), lambda: dict(Unit.Kind.choices))


def sent_before(sending: Sending, actor: Actor) -> str:
    """Tell who was later by whom and when a unit was sent, and that the press changed nothing."""
    known = {
        "unit": area_label(sending.unit),
        "number": sending.number,
        "who": sending.name,
        "time": second(sending.at),
    }
    if sending.actor == actor.name:
        return _("You sent %(unit)s to %(number)s at %(time)s. This press changed nothing.") % known
    if not sending.name:
        return _("%(unit)s was sent to %(number)s at %(time)s. Your press changed nothing.") % known
    return _("%(unit)s was sent by %(who)s to %(number)s at %(time)s. Your press changed nothing.") % (
        known | {"who": sending.name}
    )


ACTS: Final = {
    Stamp.ACKNOWLEDGED: pgettext_lazy("act", "Acknowledge"),
    Stamp.EN_ROUTE: pgettext_lazy("act", "Set out"),
    Stamp.ON_SCENE: pgettext_lazy("act", "Arrive"),
    Stamp.RESOLVED: pgettext_lazy("act", "End the danger"),
    Stamp.FIELD_FEEDBACK: pgettext_lazy("act", "Give feedback"),
    Stamp.CLEARED: pgettext_lazy("act", "Free again"),
    Stamp.REVIEWED: pgettext_lazy("act", "Review"),
    Stamp.ARCHIVED: pgettext_lazy("act", "File"),
}


def act(step: str) -> str:
    """Write what a press that stamps a milestone does: a button says an act, a stamp what was done."""
    return str(ACTS[Stamp(step)])


def took(seconds: float | None) -> str:
    """Write how long something took or takes: 0:42, 1:05:09, 3 days; a missing time is a dash, never zero."""
    if seconds is None:
        return MISSING
    whole = max(0, int(seconds))
    if whole >= DAY:
        return ngettext("%(n)d day", "%(n)d days", whole // DAY) % {"n": whole // DAY}
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def running(run: ClockRun, at: dt.datetime) -> str:
    """Write for how long a clock has run."""
    return took((at - run.started_at).total_seconds())


def target(timing: Timing) -> str:
    """Write a clock's target: of 1:00, of 5 working days."""
    if timing.counting == Counting.WORKING:
        days = timing.target_s // DAY
        return ngettext("of %(n)d working day", "of %(n)d working days", days) % {"n": days}
    return _("of %(time)s") % {"time": took(timing.target_s)}


def face_word(face: Face) -> str:
    """Say how a clock stands."""
    if face.state == "running":
        return {"late": _("late"), "warn": _("due soon"), "calm": _("in time")}[face.mark]
    return {"met": _("met"), "late": _("late"), "missing": _("no stamp"), "waiting": _("not begun")}[face.state]


def km(metres: float | None) -> str:
    """Write a distance in kilometres: 0.4; one that nobody knows is a dash."""
    return MISSING if metres is None else f"{metres / 1000:.1f}"


def unlocalised(value: float) -> str:
    """Write a number as SVG reads it, whatever the language."""
    return f"{value:g}"
