"""The stage's place on the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from anlan.core.people.roles import Role
from anlan.core.web.slots import rail
from anlan.hotspots.access import READS

rail(30, "析", _("Sites"), "hotspots:studies", READS, stretch="prevent", letter="h", pinned_for=[Role.ANALYST])
