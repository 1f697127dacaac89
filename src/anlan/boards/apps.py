"""览: what a leader sees at one glance; reads only."""

from anlan.core.apps import Stage


class Boards(Stage):
    """The overview."""

    name = "anlan.boards"
    label = "boards"
    default = True
