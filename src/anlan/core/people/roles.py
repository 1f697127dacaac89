"""What a person can be in an organisation."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from anlan.core.marked import noop


class Role(TextChoices):
    """The roles; access to a page or a verb is declared in these."""

    CALL_TAKER = "call_taker", _("Call-taker")
    DISPATCHER = "dispatcher", _("Dispatcher")
    ANALYST = "analyst", _("Analyst")
    OFFICER = "officer", _("Organisation's officer")
    VERIFIER = "verifier", _("Verifier")
    SUPERVISOR = "supervisor", _("Supervisor")
    PUBLISHER = "publisher", _("Publisher")
    LEADER = "leader", _("Leader")
    AUDITOR = "auditor", _("Auditor")
    OPERATOR = "operator", _("Operator")


# What each may do, in a sentence: for `anlan user roles` and whoever gives a role.
MAY: Final = {
    Role.CALL_TAKER: noop("takes calls, sorts reports, opens incidents"),
    Role.DISPATCHER: noop("sends units, hands incidents over, resolves and closes them"),
    Role.ANALYST: noop("imports lists, runs and adopts studies, raises sites, estimates what works changed"),
    Role.OFFICER: noop("signs for what the own organisation is given, does its tasks, stamps for its units"),
    Role.VERIFIER: noop("accepts or refuses works that the own organisation did not do"),
    Role.SUPERVISOR: noop("instructs, issues lists, grants extensions, strikes off, presses what is late"),
    Role.PUBLISHER: noop("fixes the measures of a period, publishes and corrects bulletins"),
    Role.LEADER: noop("reads the overview, and decides whose a returned matter is"),
    Role.AUDITOR: noop("verifies the ledger, and sees who opened what and why"),
    Role.OPERATOR: noop("adds people, gives roles, looks after the city's data, jobs and backups"),
}

# Who sits in the control room, and who works for one house among many: neither in the city's first organisation.
DESK = frozenset({Role.CALL_TAKER, Role.DISPATCHER})
OF_A_HOUSE = frozenset({Role.OFFICER, Role.VERIFIER})
