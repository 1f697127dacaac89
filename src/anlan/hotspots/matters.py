"""What studies have for whoever adopts them: those that ended lately and after which none was adopted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.core.people.actors import Actor
from anlan.core.web.matters import MOST, Matter, waits
from anlan.core.web.recent import deeds
from anlan.hotspots.access import WRITES
from anlan.hotspots.models import Study

LATELY: Final = dt.timedelta(days=30)  # one that nobody adopted in a month was a trial
WORDS: Final = {"hotspots.study_started": gettext_lazy("Study started"),
                "hotspots.study_adopted": gettext_lazy("Study adopted")}  # fmt: skip

deeds("hotspots", "study", WORDS, lambda key, payload: (key, reverse("hotspots:study", args=[key])))


@waits("hotspots")
def matters(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Give what ended and waits to be adopted, and what failed and waits to be looked at."""
    if not actor.roles.intersection(WRITES):
        return
    seen = Study.objects.visible_to(actor)
    adopted = seen.aggregate(last=Max("adopted_at"))["last"]
    since = max(at - LATELY, adopted) if adopted else at - LATELY
    lately = seen.filter(created_at__gt=since, adopted_at=None).exclude(state=Study.State.RUNNING)
    for study in lately.order_by("-pk")[:MOST]:
        step = _("Look at it") if study.state == Study.State.FAILED else _("Adopt or leave")
        note = _("Study · %(since)s to %(until)s") % {"since": study.since, "until": study.until}
        yield Matter(str(study.pk), study.name, note, reverse("hotspots:study", args=[study.pk]), None, step)
