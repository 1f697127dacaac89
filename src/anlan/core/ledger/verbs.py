"""A verb: one action, one transaction, and with a key the same answer however often it is asked."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.conf import settings

from anlan.core.ledger import canonical
from anlan.core.ledger.writes import perform
from anlan.core.models import VerbKey
from anlan.core.time.clock import now

P = ParamSpec("P")
R = TypeVar("R")


class KeyReused(ValueError):
    """The idempotency key came back with another body."""


def verb(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a verb: it takes keyword arguments `actor`, `at` and, where it can come twice, `key`.

    The name is stored with every key, so it stays when the function moves or is renamed: some tell of modules gone by.
    With a key the result must be plain JSON (ids, strings, numbers, lists, dicts).
    """

    def register(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            key = kwargs.get("key")
            if key is None:
                return perform(lambda: function(*args, **kwargs))
            scope = f"{name}|{getattr(kwargs['actor'], 'name', '')}|{key}"
            fingerprint = _fingerprint(kwargs)
            return perform(lambda: _once(scope, fingerprint, lambda: function(*args, **kwargs)))

        return run

    return register


def _once(scope: str, fingerprint: str, act: Callable[[], R]) -> R:
    """Run the act once for a scope; a twin waits on the row, then gets the stored answer."""
    kept, created = VerbKey.objects.select_for_update().get_or_create(
        key=scope, defaults={"fingerprint": fingerprint, "at": now()}
    )
    if not created:
        if kept.fingerprint != fingerprint:
            raise KeyReused("this idempotency key was used before with another body; use a new key")
        if kept.result is not None:
            return json.loads(kept.result)  # type: ignore[no-any-return]
    result = act()
    VerbKey.objects.filter(pk=kept.pk).update(result=canonical(result))
    return result


def _fingerprint(arguments: dict[str, Any]) -> str:
    """Hash what was asked, without who, when and the key itself.

    Keyed with the server's secret: what was asked may be words that are erased later, and nobody may test a guess.
    """
    asked = {name: value for name, value in arguments.items() if name not in {"actor", "at", "key"}}
    return hmac.new(settings.SECRET_KEY.encode(), canonical(_plain(asked)).encode(), hashlib.sha256).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
