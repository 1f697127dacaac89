"""How allauth's pages stand in this house: what they store is one write, and a confirmation is asked for by address."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from anlan.core.ledger.writes import write

View = Callable[..., HttpResponse]


def written(view: View) -> View:
    """Store what a form does as one write, and let somebody say again who they are where that is asked."""

    @functools.wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if request.method != "POST":
                return _drawn(view(request, *args, **kwargs))
            with write():
                return _drawn(view(request, *args, **kwargs))
        except ReauthenticationRequired:
            return _to_confirm(request)

    return run


def _drawn(response: Any) -> HttpResponse:
    """Draw a page while its view is still open: what it reads then belongs to the same write."""
    drawn: HttpResponse = response.render() if hasattr(response, "render") else response
    return drawn


def _to_confirm(request: HttpRequest) -> HttpResponse:
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:  # neither password nor code: only a new log-in says who it is
        raise PermissionDenied
    return redirect(f"{methods[0]['url']}?{urlencode({'next': request.path})}")
