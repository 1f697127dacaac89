"""分: what really happened, and whose it is."""

from anlan.core.apps import Stage


class Triage(Stage):
    """Incidents, the reports that tell of them, and who holds them."""

    name = "anlan.triage"
    label = "triage"
    default = True
    always = ("reporter_objects",)
    facts = ("category", "kind", "urgency", "zone")
