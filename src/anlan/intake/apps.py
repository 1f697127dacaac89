"""报: what the city is told."""

from anlan.core.apps import Stage


class Intake(Stage):
    """Reports from every channel."""

    name = "anlan.intake"
    label = "intake"
    default = True
    always = ("first_look", "call_back")
