"""What boards put on the rail: what waits for each person, before all others; the overview and audit."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from anlan.boards.access import BEGINS, READS
from anlan.boards.queries.first_steps import is_begun
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.web.slots import begins, fill, rail, serves

rail(0, "今", pgettext_lazy("rail", "Today"), "boards:today", None, stretch="", letter="t")
rail(80, "览", pgettext_lazy("rail", "Overview"), "boards:overview", READS, stretch="account", letter="o",
     pinned_for=[Role.LEADER, Role.AUDITOR], first_for=[Role.LEADER])  # fmt: skip
rail(90, "审", pgettext_lazy("rail", "Audit"), "boards:audit", [Role.AUDITOR], stretch="account", letter="l",
     pinned_for=[Role.AUDITOR], first_for=[Role.AUDITOR])  # fmt: skip
serves("finder", "boards:find")
serves("counter", "boards:due")


@begins
def first_steps(actor: Actor) -> str:
    """Let an operator begin with the first steps, until a bulletin is published."""
    return "boards:start" if Role.OPERATOR in actor.roles and not is_begun() else ""


@fill("today.above")
def to_first_steps(context: dict[str, Any]) -> str:
    """Offer the first steps to whoever has one of them, until a bulletin is published."""
    if not context["request"].actor.roles.intersection(BEGINS) or is_begun():
        return ""
    words = _("This city is on its way to its first bulletin.")
    link = format_html('<a class="button" href="{}">{}</a>', reverse("boards:start"), _("First steps"))
    return format_html('<p class="told notice"><span>{}</span> {}</p>', words, link)


@fill("operator.below")
def past_first_steps(context: dict[str, Any]) -> str:
    """Lead an operator to the first steps, also when they are done."""
    return format_html('<a href="{}">{}</a>', reverse("boards:start"), _("First steps"))
