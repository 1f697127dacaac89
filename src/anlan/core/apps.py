"""Base of every stage's app: registrations are found by file name."""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from django.apps import AppConfig
from django.db.models.signals import post_migrate

REGISTRATIONS = (
    "words", "slots", "matters", "news", "jobs", "follows", "expiries", "evidence", "city_parts", "counts", "tracking",
)  # fmt: skip


class Stage(AppConfig):
    """An Anlan stage; on start its registration modules are imported, if it has them."""

    default = False
    rooms: tuple[str, ...] = ()  # folders of the stage that register something themselves
    facts: tuple[str, ...] = ()  # what it tells clocks of a matter: their scopes may ask for it
    always: tuple[str, ...] = ()  # clocks by which work is found at all: no city switches them off

    def ready(self) -> None:
        """Import what each stage registers, in the order in which the names stand."""
        for place in (self.name, *(f"{self.name}.{room}" for room in self.rooms)):
            for module in REGISTRATIONS:
                name = f"{place}.{module}"
                if find_spec(name):
                    importlib.import_module(name)


class Core(Stage):
    """Organisations, areas, people, access, ledger, jobs."""

    name = "anlan.core"
    label = "core"
    default = True
    rooms = ("city", "messages", "operator", "people", "sealed", "ledger", "time")

    def ready(self) -> None:
        """Keep the ledger append-only after every migration, and clock rules such that no move fails on them."""
        from anlan.core.city import revision
        from anlan.core.ledger import kinds
        from anlan.core.ledger.triggers import install
        from anlan.core.models import ApiClient, City, ClockRule, ClockTarget, Holiday, Organisation
        from anlan.core.models.clock import CHECKS
        from anlan.core.time.rule_checks import require_fit

        super().ready()
        post_migrate.connect(install, sender=self, dispatch_uid="ledger-triggers")
        revision.follow(ApiClient, City, ClockRule, ClockTarget, Holiday, Organisation)
        post_migrate.connect(revision.install, sender=self, dispatch_uid="city-revision")
        post_migrate.connect(lambda **_: kinds.forget(), sender=self, weak=False, dispatch_uid="ledger-kinds")
        CHECKS.append(require_fit)
