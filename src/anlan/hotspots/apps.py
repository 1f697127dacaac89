"""析: where it keeps failing."""

from anlan.core.apps import Stage


class Hotspots(Stage):
    """Studies and sites."""

    name = "anlan.hotspots"
    label = "hotspots"
    default = True
