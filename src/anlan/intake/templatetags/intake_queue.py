"""Registers the queue of unsorted reports, for pages of later stages."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext

from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.models.report import sees_all
from anlan.intake.queries.unsorted import SHOWN, Waiting, unsorted, unsorted_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unsorted_reports(context: RequestContext) -> list[Waiting]:
    """Return the reports that wait to be sorted, as this page's reader may see them."""
    return unsorted(actor_of_request(context["request"]), context["at"])


@register.simple_tag(takes_context=True)
def unsorted_total(context: RequestContext, shown: list[Waiting]) -> int:
    """Return how many there are, beside those that are shown."""
    actor = actor_of_request(context["request"])
    return len(shown) if len(shown) < SHOWN and sees_all(actor) else unsorted_count(actor)
