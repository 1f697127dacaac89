"""Refuses every view that does not say who may open it, and everybody whom it does not let in."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from anlan.core.people.actors import PUBLIC, Actor
from anlan.core.people.factors import FACTOR, must_have_factor
from anlan.core.people.keys import client_of
from anlan.core.people.members import actor_of, actor_of_client
from anlan.core.people.roles import Role
from anlan.core.web.access import Declared, declared

log = logging.getLogger("anlan.access")
ADMIN = Declared("roles", frozenset({Role.OPERATOR}))  # Django's own views: the admin lets in operators only
OWN_DOOR = {"login", "logout", "password_change"}  # of the admin: they lead to ours, which asks


def declaration(request: HttpRequest, view: Callable[..., Any]) -> Declared | None:
    """Return who may open this view."""
    match = request.resolver_match
    if match and match.app_names[:1] == ["admin"]:
        return ADMIN if match.url_name not in OWN_DOOR else Declared("public")
    return declared(view)


class Access:
    """Puts `request.actor` on every request that is let in; what somebody known is shown is kept by nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return unkept(request, self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let in, send to the log-in page, or refuse."""
        access = declaration(request, view)
        if access is None:
            log.error("no access declared on %s", getattr(view, "__qualname__", view))
            raise PermissionDenied
        if access.kind == "partner":
            return with_client(request)
        if access.kind == "monitor":
            return _monitor(request)
        actor = actor_of(request.user) if request.user.is_authenticated else PUBLIC
        owes_factor = must_have_factor(actor.roles) and not access.settles and not request.session.get(FACTOR)
        if access.kind == "public":  # which shows staff more: not before they have the factor that their role needs
            request.actor = PUBLIC if owes_factor else actor  # type: ignore[attr-defined]
            return None
        request.actor = actor  # type: ignore[attr-defined]
        if actor is PUBLIC:
            return _to_login(request)
        if access.kind == "roles" and not actor.roles & access.roles:
            raise PermissionDenied
        return _to_account(request) if owes_factor else None


def with_client(request: HttpRequest) -> HttpResponse | None:
    """Put the partner system that shows its key on the request, or refuse."""
    key = _bearer(request)
    client = client_of(key) if key else None
    if client is None:
        return _unauthorized()
    request.actor = actor_of_client(client)  # type: ignore[attr-defined]
    request.client = client  # type: ignore[attr-defined]
    return None


def unkept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let nobody keep what somebody known is shown."""
    said = response.get("Cache-Control", "")
    is_known = getattr(request, "actor", PUBLIC) is not PUBLIC
    if is_known and "no-store" not in said and "public" not in said:  # as areas and tiles are for everybody
        patch_cache_control(response, no_store=True, private=True)
    return response


def _monitor(request: HttpRequest) -> HttpResponse | None:
    if not settings.METRICS_TOKEN:
        raise Http404
    request.actor = PUBLIC  # type: ignore[attr-defined]
    known = hmac.compare_digest(_bearer(request).encode(), settings.METRICS_TOKEN.encode())
    return None if known else _unauthorized()


def _bearer(request: HttpRequest) -> str:
    scheme, _space, key = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _unauthorized() -> HttpResponse:
    message = _("Send `Authorization: Bearer KEY` with a key that is in use.")
    body = {"error": "unauthorized", "message": message, "field": None}
    return JsonResponse(body, status=401, headers={"WWW-Authenticate": "Bearer"})


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send to the log-in page and from there back; a form that was sent comes back to its page, unsent."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    target = request.get_full_path() if request.method == "GET" and "HX-Request" not in request.headers else page
    parts = urlsplit(target)
    if parts.netloc and parts.netloc != request.get_host():
        parts = urlsplit("/")
    return _sent(request, redirect_to_login(parts.path + (f"?{parts.query}" if parts.query else "")).url)


def _to_account(request: HttpRequest) -> HttpResponse:
    """Send to where a second factor is set up; what an open page there asks for by itself gets nothing."""
    address = reverse("own_account")
    if urlsplit(request.headers.get("HX-Current-URL", "")).path.startswith(address):
        return HttpResponse(status=204)
    return _sent(request, address)


def _sent(request: HttpRequest, address: str) -> HttpResponse:
    if "HX-Request" in request.headers:  # a fragment: let htmx load the whole page
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def actor_of_request(request: HttpRequest) -> Actor:
    """Return who acts in this request."""
    return request.actor  # type: ignore[attr-defined,no-any-return]
