"""A verb: one action, one transaction, and with a key the same answer however often it is asked."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

from anlan.core.ledger import canonical
from anlan.core.ledger.calls import Call, Together
from anlan.core.ledger.writes import perform
from anlan.core.models import VerbKey
from anlan.core.time.clock import now

SCOPE_LENGTH = 255  # of the column
ERASED = ""  # in place of a fingerprint: the key is known, with which body it came is not any more
P = ParamSpec("P")
R = TypeVar("R")


_BESIDE = frozenset({"actor", "at", "key", "seen", "past"})  # not what was asked for


class KeyReused(ValueError):
    """The idempotency key came back with another body."""


class _Asking(threading.local):
    scope = ""  # of the outermost keyed call that is under way


_asking = _Asking()


def verb(name: str, together: Together | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a verb: it takes keyword arguments `actor`, `at` and, where it can come twice, `key`.

    The name is stored with every key, so it stays when the function moves or is renamed: some tell of modules gone by.
    With a key the result must be plain JSON (ids, strings, numbers, lists, dicts). `together` does several keyed calls
    that wait at the same time as one, with the same rows and answers, and leaves to the verb what it cannot.
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            key = kwargs.get("key")
            if key is None:
                return perform(lambda: function(*args, **kwargs))
            scope = scope_of(name, kwargs["actor"], key)
            call = together and Call(scope, kwargs, together)
            return perform(lambda: _once(scope, kwargs, lambda: function(*args, **kwargs)), call)

        return run

    return register


def is_answered(name: str, actor: Any, key: str | None) -> bool:
    """Whether a verb was called with this key before: asked again, it changes nothing and answers the same."""
    return key is not None and VerbKey.objects.filter(key=scope_of(name, actor, key)).exclude(result=None).exists()


def asked_as() -> str:
    """Return under what the answer of the keyed call that is under way is stored; empty where none is.

    What is sealed meanwhile keeps it: whoever erases the content erases the fingerprint of the call with it.
    """
    return _asking.scope


def forget(scopes: Iterable[str]) -> None:
    """Erase with which bodies these calls came: their keys stay known, and a guess of a body can be tested no more."""
    VerbKey.objects.filter(pk__in=set(scopes)).update(fingerprint=ERASED)


def scope_of(name: str, actor: Any, key: Any) -> str:
    """Return under what a keyed answer is stored; a key that is too long for its column stands for itself as a hash."""
    whose = f"{name}|{getattr(actor, 'name', '')}|"
    scope = f"{whose}{key}"
    return scope if len(scope) <= SCOPE_LENGTH else whose + hashlib.sha256(str(key).encode()).hexdigest()


def _once(scope: str, asked: dict[str, Any], act: Callable[[], R]) -> R:
    """Run the act once for a scope; a twin waits on the row, then gets the stored answer."""
    # what a keyed call asks of another was compared with the first
    fingerprint = ERASED if _asking.scope else fingerprint_of(asked)
    kept, created = VerbKey.objects.select_for_update().get_or_create(
        key=scope, defaults={"fingerprint": fingerprint, "at": now()}
    )
    if not created:
        if kept.fingerprint != ERASED and not _is_same(kept.fingerprint, asked):
            raise KeyReused("this idempotency key was used before with another body; use a new key")
        if kept.result is not None:
            return json.loads(kept.result)  # type: ignore[no-any-return]
    with _asks(scope):
        result = act()
    VerbKey.objects.filter(pk=kept.pk).update(result=canonical(result))
    return result


@contextmanager
def _asks(scope: str) -> Iterator[None]:
    before, _asking.scope = _asking.scope, _asking.scope or scope
    try:
        yield
    finally:
        _asking.scope = before


def _is_same(fingerprint: str, asked: dict[str, Any]) -> bool:
    return fingerprint in {fingerprint_of(asked), fingerprint_of({"seen": None, **asked}, _BESIDE - {"seen"})}


def fingerprint_of(arguments: dict[str, Any], beside: frozenset[str] = _BESIDE) -> str:
    """Hash what was asked, without who, when, the key itself, what the page showed and whether it is past.

    Keyed with the server's secret, and erased with the words that were asked: then nobody can test a guess at all.
    An earlier version hashed what the page showed as well, for some verbs: what it stored is recognised.
    """
    asked = {name: value for name, value in arguments.items() if name not in beside}
    return hmac.digest(settings.SECRET_KEY.encode(), canonical(_plain(asked)).encode(), "sha256").hex()


def _plain(value: Any) -> Any:
    if type(value) is str or value is None:
        return value
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, float) and not math.isfinite(value):  # no JSON; the rules refuse it by its field
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
