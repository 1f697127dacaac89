"""Places that keep failing: small, and seen again in separate episodes."""

from __future__ import annotations

from anlan.analysis.places.recurrent import Chance, Place, RecurrentPlaces, recurrent_places

__all__ = ["Chance", "Place", "RecurrentPlaces", "recurrent_places"]
