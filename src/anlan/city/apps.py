"""The simulated city as an app: what lives while a demonstration is served is found by its registrations."""

from anlan.core.apps import Stage


class SimulatedCity(Stage):
    """The reference city; in a real city it does nothing."""

    name = "anlan.city"
    label = "city"
    default = True
