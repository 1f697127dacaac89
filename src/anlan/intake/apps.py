"""报: what the city is told."""

from django.db.models.signals import post_migrate

from anlan.core.apps import Stage


class Intake(Stage):
    """Reports from every channel."""

    name = "anlan.intake"
    label = "intake"
    default = True
    always = ("first_look", "call_back")

    def ready(self) -> None:
        """Register what the stage offers, and guard its evidence after every migration."""
        super().ready()
        from anlan.intake.models import triggers

        post_migrate.connect(triggers.install, sender=self, dispatch_uid="intake.evidence")
