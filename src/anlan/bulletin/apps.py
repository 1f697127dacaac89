"""报告: figures that can be clicked down to their records and recomputed."""

from anlan.core.apps import Stage


class Bulletin(Stage):
    """Measures, figures, bulletins."""

    name = "anlan.bulletin"
    label = "bulletin"
    default = True
