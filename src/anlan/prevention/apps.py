"""治: who mends it, until when, and whether it was mended."""

from anlan.core.apps import Stage


class Prevention(Stage):
    """Problems, tasks, results and lists."""

    name = "anlan.prevention"
    label = "prevention"
    default = True
    rooms = ("queries",)  # its evidence
