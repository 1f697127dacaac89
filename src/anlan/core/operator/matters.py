"""What has stopped waits for an operator, on the first page of what waits and on the rail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.core.operator.health import stopped
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.matters import Matter, waits


@waits("operator")
def what_has_stopped(actor: Actor, at: dt.datetime) -> Iterator[Matter]:
    """Return each line of the operator's page that has stopped: it is late from the moment at which it is seen."""
    if Role.OPERATOR in actor.roles:
        for line in stopped(at):
            yield Matter(line.code, line.what, line.now, f"{reverse('core:operator')}#{line.code}", at, _("Look at it"))
