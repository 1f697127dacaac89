"""报: what the city is told."""

from anlan.core.apps import Stage


class Intake(Stage):
    """Reports from every channel."""

    name = "anlan.intake"
    label = "intake"
    default = True
    always = ("first_look", "call_back")

    def ready(self) -> None:
        """Let what is asked of every report be read once, until somebody changes it."""
        from anlan.core.city.revision import follow
        from anlan.intake.models import Category, KeyQuestion

        super().ready()
        follow(Category, KeyQuestion)
