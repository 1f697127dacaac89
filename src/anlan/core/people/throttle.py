"""How often somebody may be wrong: by name from one address, by name from anywhere, by address under any name.

Kept in the database and under hashes, so that it holds in every process and names nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from anlan.core.models import LoginFailures
from anlan.core.people.client import client_address
from anlan.core.time.clock import wall

FIRST = dt.timedelta(seconds=30)
LONGEST = dt.timedelta(minutes=15)
FORGOTTEN = dt.timedelta(hours=1)
KNOWN_FOR = dt.timedelta(days=180)
COOKIE: Final = "known"
KEY_LENGTH: Final = 64  # of the column


@dataclass(frozen=True)
class Limit:
    """How many failures go without a wait, and in what time one of them is forgiven."""

    name: str
    free: int
    forgiven_in: dt.timedelta | None = None


PAIR: Final = Limit("pair", 5)  # people mistype
ACCOUNT: Final = Limit("account", 50, dt.timedelta(minutes=5))  # high: whoever knows a name could lock its owner out
ADDRESS: Final = Limit("address", 30, dt.timedelta(minutes=1))  # a house behind one address mistypes all morning
LIMITS: Final = (PAIR, ACCOUNT, ADDRESS)


def wait_after(failures: int, free: int) -> dt.timedelta:
    """Return how long to wait after so many failures: 30 s beyond the free ones, 1, 2, 4, 8, then 15 min."""
    if failures < free:
        return dt.timedelta(0)
    return min(LONGEST, FIRST * int(2 ** min(failures - free, 10)))


def failures_after(failures: int, since: dt.timedelta, limit: Limit) -> int:
    """Return how many failures stand after one more, when the last was so long ago; a clock set back adds none."""
    forgiven = max(0, int(since / limit.forgiven_in)) if limit.forgiven_in else 0
    return max(0, failures - forgiven) + 1


@dataclass(frozen=True)
class Attempt:
    """One try to say who somebody is, and under which keys its failure counts."""

    keys: tuple[tuple[Limit, str], ...]
    is_known: bool  # this name signed in from this browser before: the guesses of others do not hold it up

    def wait(self) -> dt.timedelta:
        """Return how long this try must wait: the longest of its waits."""
        limits = {key: limit for limit, key in self.keys if not (self.is_known and limit is ACCOUNT)}
        rows = LoginFailures.objects.filter(pk__in=limits).exclude(_of_another_time())
        ends = [_end(row, limits[row.pk]) for row in rows if row.failures >= limits[row.pk].free]
        return max([dt.timedelta(0), *(end - wall() for end in ends)])

    def count(self) -> None:
        """Count one failure under each key, and drop those of an hour ago; only inside a write."""
        LoginFailures.objects.filter(_of_another_time()).delete()
        for limit, key in self.keys:
            row, _ = LoginFailures.objects.select_for_update().get_or_create(pk=key, defaults={"last_at": wall()})
            row.failures = failures_after(row.failures, wall() - row.last_at, limit)
            row.last_at = wall()
            row.save()

    def forget(self) -> None:
        """Forget what this name mistyped from here; a right password clears neither the address nor others' guesses."""
        LoginFailures.objects.filter(pk__in=[key for limit, key in self.keys if limit is PAIR]).delete()


def attempt(request: HttpRequest, username: str) -> Attempt:
    """Return a try to be somebody from where a request comes."""
    name, address = username.lower(), client_address(request)
    texts = ((PAIR, f"{name}|{address}"), (ACCOUNT, name), (ADDRESS, address))
    keys = tuple((limit, _key(limit, text)) for limit, text in texts)
    return Attempt(keys, _hashed(name) in _known(request))


def waiting() -> int:
    """Return how many names and addresses must wait now."""
    recent = LoginFailures.objects.filter(last_at__gt=wall() - LONGEST)
    rows = [(row, limit) for limit in LIMITS for row in recent.filter(pk__startswith=limit.name)]
    return sum(_end(row, limit) > wall() for row, limit in rows)


def remember_browser(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let the browser say next time that this name signed in from it: a signed hash, which names nobody."""
    names = [name for name in _known(request) if name != _hashed(username.lower())][-4:]
    value = signing.dumps([*names, _hashed(username.lower())], salt="anlan.known-browser")
    response.set_cookie(
        COOKIE, value, max_age=KNOWN_FOR, httponly=True, samesite="Lax", secure=request.is_secure(), path="/login/"
    )


def _of_another_time() -> Q:
    """Return which failures count no more: those of an hour ago, and those of a clock that was set back since."""
    return Q(last_at__lt=wall() - FORGOTTEN) | Q(last_at__gt=wall() + LONGEST)


def _known(request: HttpRequest) -> list[str]:
    try:
        return list(signing.loads(request.COOKIES.get(COOKIE, ""), salt="anlan.known-browser", max_age=KNOWN_FOR))
    except signing.BadSignature:
        return []


def _end(row: LoginFailures, limit: Limit) -> dt.datetime:
    return row.last_at + wait_after(row.failures, limit.free)


def _key(limit: Limit, text: str) -> str:
    """Return under what failures count: it says of which limit they are, and of whom only by a hash."""
    return f"{limit.name}|{_hashed(f'{limit.name}|{text}')}"[:KEY_LENGTH]


def _hashed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
