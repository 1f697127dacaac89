"""Who may open an address. Every view declares it; the middleware refuses what is not declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.urls import resolve

from anlan.core.people.actors import Actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Declared:
    """The declaration on a view: open to the public, the signed-in, roles, partner systems by key, or a monitor."""

    kind: str
    roles: frozenset[str] = frozenset()
    settles: bool = False  # also for who still owes a second factor: there it is set up


def public(view: View) -> View:
    """Anybody may open it."""
    return _declare(view, Declared("public"))


def signed_in(view: View) -> View:
    """Anybody with a log-in may open it."""
    return _declare(view, Declared("signed_in"))


def settling(view: View) -> View:
    """Anybody with a log-in may open it, also before they have the second factor that their role needs."""
    return _declare(view, Declared("signed_in", settles=True))


def roles(*names: str) -> Callable[[View], View]:
    """Only people who hold one of the roles may open it."""
    return lambda view: _declare(view, Declared("roles", frozenset(names)))


def partner(view: View) -> View:
    """Only partner systems with a key may call it (`Authorization: Bearer KEY`); no cookie, so no CSRF token."""
    view.csrf_exempt = True  # type: ignore[attr-defined]
    return _declare(view, Declared("partner"))


def monitor(view: View) -> View:
    """Only who sends the monitor's token may read it (`Authorization: Bearer TOKEN`); without a token set, nobody."""
    return _declare(view, Declared("monitor"))


def declared(view: Callable[..., Any]) -> Declared | None:
    """Return a view's declaration, if it has one."""
    return getattr(view, "anlan_access", None)


def opens(actor: Actor, address: str) -> bool:
    """Whether an actor may open the page at an address of ours."""
    access = declared(resolve(address.partition("?")[0]).func)
    return access is not None and (access.kind != "roles" or bool(actor.roles & access.roles))


def _declare(view: View, access: Declared) -> View:
    view.anlan_access = access  # type: ignore[attr-defined]
    return view
