"""What the bulletin has for its publisher: plans whose period is over and of which nothing was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.bulletin.access import publishes
from anlan.bulletin.figures.composition import PUBLISHED
from anlan.bulletin.models import Plan
from anlan.core.city.areas import local_day
from anlan.core.people.actors import Actor
from anlan.core.web.matters import MOST, Matter, waits
from anlan.core.web.recent import deeds

deeds("bulletin", "bulletin", {PUBLISHED: gettext_lazy("Published")},
      lambda number, payload: (number, reverse("bulletin:issue", args=[number])))  # fmt: skip


@waits("bulletin")
def matters(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Give the plans that can be published now."""
    if not publishes(actor):
        return
    for plan in Plan.objects.filter(until__lt=local_day(at), issues=None).order_by("until")[:MOST]:
        title = _("Bulletin of %(since)s to %(until)s") % {"since": plan.since, "until": plan.until}
        yield Matter(plan.number, title, plan.number, reverse("bulletin:desk"), None, _("Publish"))
