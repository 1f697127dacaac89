"""声: what the public says of what was done."""

from anlan.core.apps import Stage


class Voice(Stage):
    """Whether it helped, asked once by a sampling rule."""

    name = "anlan.voice"
    label = "voice"
    default = True
