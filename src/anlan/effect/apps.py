"""验: did a result work?"""

from anlan.core.apps import Stage


class Effect(Stage):
    """Estimates of what mended places gained."""

    name = "anlan.effect"
    label = "effect"
    default = True
