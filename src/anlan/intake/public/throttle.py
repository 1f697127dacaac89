"""How often one address may knock. Counted in memory only, under a hash that changes every day: no address is kept."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from anlan.core.people.client import client_address
from anlan.core.time.clock import now


@dataclass(frozen=True)
class Throttle:
    """At most `limit` knocks in `window_s` seconds for one address, in each web process."""

    name: str
    limit: int
    window_s: int

    def is_closed(self, request: HttpRequest) -> bool:
        """Whether this address has knocked too often."""
        return int(cache.get(self._key(request), 0)) >= self.limit

    def count(self, request: HttpRequest) -> None:
        """Count one knock."""
        key = self._key(request)
        if not cache.add(key, 1, self.window_s):
            try:
                cache.incr(key)
            except ValueError:  # it ran out between the two calls
                cache.set(key, 1, self.window_s)

    def _key(self, request: HttpRequest) -> str:
        seed = f"{self.name}:{now():%Y%m%d}:{client_address(request)}"
        return "throttle:" + hmac.new(settings.SECRET_KEY.encode(), seed.encode(), hashlib.sha256).hexdigest()[:32]


# A storm sends many people behind one mobile carrier's address: the limit stops floods by machines, not by water.
REPORTS = Throttle("reports", limit=60, window_s=600)
WRONG_CODES = Throttle("wrong_codes", limit=20, window_s=600)
