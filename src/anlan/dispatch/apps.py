"""派: who goes, and what they say on the way."""

from anlan.core.apps import Stage


class Dispatch(Stage):
    """Units, their shifts, and one unit sent to one incident."""

    name = "anlan.dispatch"
    label = "dispatch"
    default = True
    facts = ("unit_kind",)
