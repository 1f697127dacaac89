"""What dispatch adds to the tracking page: that a crew came, and when; never which."""

from __future__ import annotations

import datetime as dt

from django.db.models import Min
from django.utils.translation import gettext as _

from anlan.dispatch.models import Milestone
from anlan.dispatch.states import Stamp
from anlan.intake.models import Report
from anlan.intake.public.timeline import Line, Told, tells
from anlan.intake.states import COUNTED
from anlan.triage.queries.followed import current
from anlan.triage.queries.incidents import incident_of


@tells
def tell_of_crew(report: Report, at: dt.datetime) -> Told:
    """Say when the first crew was there; nothing where somebody at home may read along."""
    incident = incident_of(current(report))
    if incident is None or report.validity not in COUNTED or incident.is_guarded:
        return Told()
    stamps = Milestone.objects.filter(assignment__incident=incident, step=Stamp.ON_SCENE)
    came = stamps.aggregate(at=Min("at"))["at"]
    return Told((Line("done", _("A crew is there"), at=came),) if came and came >= report.received_at else ())
