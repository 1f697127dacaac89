"""The frame of the operator's room: its tabs, which each page of the room declares for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise


@dataclass(frozen=True)
class Tab:
    """One page of the room: its place among the others, its words, its address."""

    order: int
    label: str | Promise
    url_name: str


_tabs: list[Tab] = []


def tab(order: int, label: str | Promise, url_name: str) -> None:
    """Put a page among the tabs of the room."""
    _tabs.append(Tab(order, label, url_name))
    _tabs.sort(key=lambda known: known.order)


def tabs() -> tuple[Tab, ...]:
    """Return the tabs of the room in their order."""
    return tuple(_tabs)


def framed(here: str) -> dict[str, Any]:
    """Return what `core/operator/_tabs.html` reads; `here` names the address of the tab that is open."""
    return {"room_tabs": tabs(), "room_tab": here}


def page(request: HttpRequest, template: str, here: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw a page of the room; its template extends `core/operator/base.html`."""
    return render(request, template, framed(here) | context, status=status)
