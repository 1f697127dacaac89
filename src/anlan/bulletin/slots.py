"""The bulletin's place on the rail, and its link under the pages for citizens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

import anlan.bulletin.measures  # noqa: F401  (registers every measure)
from anlan.bulletin.access import LOOKS
from anlan.bulletin.figures.measure import MEASURES
from anlan.bulletin.models import Issue
from anlan.bulletin.queries.editions import plan_to_come
from anlan.bulletin.words import name_of
from anlan.core.people.actors import PUBLIC, Actor
from anlan.core.people.roles import Role
from anlan.core.time.vocabulary import Use, uses
from anlan.core.web.numbers import Found, finds
from anlan.core.web.slots import fill, rail
from anlan.core.words import in_chinese

rail(70, "告", pgettext_lazy("rail", "Bulletins"), "bulletin:desk", LOOKS, stretch="account", letter="b",
     pinned_for=[Role.PUBLISHER])  # fmt: skip


@uses
def rests_on_clocks() -> Iterator[Use]:
    """Say which measures count the runs of a clock, and which of them judge by its time."""
    for of in MEASURES.values():
        yield from (Use(clock, name_of(of), of.judged) for clock in of.clocks)


NEWEST: Final = 3  # issues on the public's first page


@fill("home.account")
def accounts(context: dict[str, Any]) -> str:
    """Show the public what was published last, and what is to come."""
    valued = Q(figures__value__isnull=False)  # a dash has no records to follow it to
    issues = (
        Issue.objects.visible_to(PUBLIC)
        .newest()
        .select_related("plan", "corrects")
        .annotate(size=Count("figures", filter=valued & Q(figures__area="")),
                  by_district=Count("figures", filter=valued & ~Q(figures__area="")))[:NEWEST]
    )  # fmt: skip
    shown = {"issues": issues, "next_plan": plan_to_come()}
    return render_to_string("bulletin/_home.html", shown, request=context["request"])


@fill("public.footer")
def published(context: dict[str, Any]) -> str:
    """Lead the public to the bulletins."""
    return format_html('<a href="{}">{}</a>', reverse("bulletin:issues"), _("Published figures"))


@finds("B")
def issue_of_number(number: str, actor: Actor) -> Found | None:
    """Find an issue; its revisions have numbers of their own."""
    issue = Issue.objects.visible_to(actor).filter(number__iexact=number).first()
    if issue is None:
        return None
    headline = issue.headline if in_chinese() else issue.headline_en
    return Found(issue.number, headline, "", reverse("bulletin:issue", args=[issue.number]))
