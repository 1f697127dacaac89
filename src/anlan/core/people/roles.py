"""What a person can be in an organisation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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


# Who sits in the control room, and who works for one house among many: neither in the city's first organisation.
DESK = frozenset({Role.CALL_TAKER, Role.DISPATCHER})
OF_A_HOUSE = frozenset({Role.OFFICER, Role.VERIFIER})
