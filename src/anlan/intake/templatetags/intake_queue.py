"""Registers the queue of unsorted reports, for pages of later stages."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext

from anlan.core.web.middleware.access import actor_of_request
from anlan.intake.queries.unsorted import Waiting, unsorted, unsorted_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unsorted_reports(context: RequestContext) -> list[Waiting]:
    """Return the reports that wait to be sorted, as this page's reader may see them."""
    return unsorted(actor_of_request(context["request"]), context["at"])


@register.simple_tag(takes_context=True)
def unsorted_total(context: RequestContext) -> int:
    """Return how many there are."""
    return unsorted_count(actor_of_request(context["request"]))
