"""How the work behind the pages does: jobs, clocks that have expired, messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone
from anlan.core.models import Job
from anlan.core.models.job import JobQuerySet
from anlan.core.operator.condition import effects_waiting
from anlan.core.operator.counts import COUNTS
from anlan.core.operator.health.line import Line, Way, lasting
from anlan.core.people.actors import Actor
from anlan.core.time.clock import ahead
from anlan.core.words import figure

QUEUE: Final = dt.timedelta(minutes=5)


def lines(at: dt.datetime) -> Iterator[Line]:
    """Return the lines of the work behind the pages."""
    yield _queue(at)
    dead = Job.objects.filter(state=Job.State.DEAD).count()
    yield Line("jobs_dead", _("Jobs that failed for good"), figure(dead), "0", "late" if dead else "done",
               way=Way(_("Look at them"), "core:operator", after="#jobs") if dead else None)  # fmt: skip
    yield _none("effects_waiting", _("Clocks whose effect has not run"), effects_waiting())
    outbox = Way(pgettext("rail", "Outbox"), "core:messages")
    for code, what in [("messages_stuck", _("Messages whose job is dead or stopped")),
                       ("messages_gateway_away", _("Messages that a gateway did not take"))]:  # fmt: skip
        yield _none(code, what, COUNTS[code](), outbox)


def open_jobs(actor: Actor) -> JobQuerySet:
    """Return the jobs that an operator may have to do something about: failed, stopped, running, tried again.

    Those that have failed for good come first, then the latest.
    """
    ended, begun = Q(state__in=(Job.State.DEAD, Job.State.STOPPED)), Q(state=Job.State.READY, attempts__gt=0)
    return Job.objects.visible_to(actor).filter(ended | begun).order_by("state", "-pk")  # dead, ready, stopped


def _queue(at: dt.datetime) -> Line:
    ready = Job.objects.filter(state=Job.State.READY, run_after__lte=at, token="")  # no worker holds it
    oldest = ready.order_by("run_after").values_list("run_after", flat=True).first()
    age = at - oldest if oldest else dt.timedelta(0)
    now = _("nothing waits")
    if oldest:
        now = _("%(n)s ready, the oldest for %(time)s") % {"n": figure(ready.count()), "time": lasting(age)}
    midnight = dt.datetime.combine(local_day(at), dt.time(), city_zone())
    done = Job.objects.filter(state=Job.State.DONE, finished_at__gte=midnight)
    note = _("%(n)s done since midnight, %(again)s of them not at the first try") % {
        "n": figure(done.count()), "again": figure(done.filter(attempts__gt=1).count()),
    }  # fmt: skip
    mark = "done" if age <= QUEUE else "warn" if ahead() else "late"  # a simulated city is built with old jobs
    return Line("queue", _("Jobs"), now, lasting(QUEUE), mark, "" if mark == "done" else "anlan worker", note)


def _none(code: str, what: str, count: int, way: Way | None = None) -> Line:
    """Make the line of something of which there should be none."""
    return Line(code, what, figure(count), "0", "late" if count else "done", way=way if count else None)
