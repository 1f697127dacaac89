"""Prevention's place on the rail, and what stands on a site's page and on the tracking page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.city.areas import local_day
from anlan.core.operator.views.tables import open_at
from anlan.core.pages import Reader, tabulated
from anlan.core.people.actors import Actor
from anlan.core.time.clock import now
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.web.numbers import Found, finds
from anlan.core.web.slots import fill, rail
from anlan.hotspots.computation import parsed
from anlan.hotspots.models import Site
from anlan.intake.access import READERS
from anlan.prevention.access import RAISES, READS
from anlan.prevention.columns import RAINED, TASKS_OF_ONE
from anlan.prevention.matters import DOING
from anlan.prevention.models import Problem, Task
from anlan.prevention.queries.histories import past_of
from anlan.prevention.queries.places import wet
from anlan.prevention.queries.standings import standing
from anlan.prevention.queries.storms import Tested, peaks_of, tests_of
from anlan.prevention.queries.tasks import drawn, explained, visible_tasks
from anlan.prevention.tracking import tell_of_place
from anlan.prevention.words import named, title_of

rail(40, "治", pgettext_lazy("rail", "Problems"), "prevention:inbox", READS, stretch="prevent", letter="p",
     pinned_for=READS)  # fmt: skip


def open_tasks(reader: Reader) -> Mapping[int, int]:
    """Count by organisation the tasks that are not done yet."""
    found = visible_tasks(reader.actor).filter(state__in=DOING)
    return dict(found.order_by().values_list("organisation").annotate(n=Count("pk")))


open_at(_("Open tasks"), open_tasks)


def problem_at(site: Site | None, actor: Actor) -> Problem | None:
    """Return the problem of a site that the actor may see."""
    found = Problem.objects.visible_to(actor).filter(site=site).select_related("lead", "analysis")
    return found.first() if site else None


@fill("site.bar")
def raising(context: dict[str, Any]) -> str:
    """Offer to raise a site that has no problem, from the adopted study that knows it."""
    request, site, study = context["request"], context["site"], context["study"]
    actor = actor_of_request(request)
    if site is None or study.adopted_at is None or not actor.roles & set(RAISES) or problem_at(site, actor):
        return ""
    return render_to_string("prevention/sites/_raise.html", {"site": site, "study": study}, request=request)


@fill("site.rain")
def rain_of(context: dict[str, Any]) -> str:
    """Hang the strongest rain of each storm below the bars of a site, with the rain that tests its works."""
    bars, site = context["bars"]["bars"], context["site"]
    if not wet() & set(context["study"].subject.split("+")):
        return ""
    found = Problem.objects.filter(site=site, site__isnull=False).values_list("rain_test_mm_h", flat=True).first()
    peaks = peaks_of([(parsed(bar["first"]), parsed(bar["last"])) for bar in bars])
    if not any(peaks):
        return ""
    rain = {"rain": {"peaks": peaks, "test": found}, "rows": list(zip(bars, peaks, strict=True)), "test": found}
    return render_to_string("prevention/sites/_rain.html", rain, request=context["request"])


@fill("site.main")
def mending(context: dict[str, Any]) -> str:
    """Show the tasks at a site, and which storms its works have stood."""
    request, actor, today = context["request"], actor_of_request(context["request"]), local_day(now())
    problem = problem_at(context["site"], actor)
    if problem is None or not actor.roles & set(READS):
        return ""
    tasks = drawn(list(explained(problem.tasks.all())), today)
    tested = Tested(tests_of(problem, now()))
    works = {"problem": problem, "table": tabulated(TASKS_OF_ONE, tasks), "tested": tested,
             "rained": tabulated(RAINED, tested.storms)}  # fmt: skip
    return render_to_string("prevention/sites/_main.html", works, request=request)


@fill("site.aside")
def of_site(context: dict[str, Any]) -> str:
    """Show the problem of a site and its history, or that none was raised."""
    request, site = context["request"], context["site"]
    if site is None:
        return ""
    actor = actor_of_request(request)
    found = problem_at(site, actor)
    aside: dict[str, Any] = {"problem": found, "opens": bool(actor.roles & set(READS))}
    # a call-taker sees the site, not the inbox
    if found and aside["opens"]:
        aside |= {"stands": standing(found, local_day(now())), "lead": named(found.lead),
                  "history": past_of(found, opens_reports=bool(actor.roles & set(READERS)))}  # fmt: skip
    return render_to_string("prevention/sites/_slot.html", aside, request=request)


@fill("intake.tracked", order=110)
def of_place(context: dict[str, Any]) -> str:
    """Tell on the tracking page what is done at the place of the report, where the city has listed it."""
    place = tell_of_place(context["report"], now())
    return render_to_string("prevention/_place.html", {"place": place}) if place else ""


@finds("P")
def problem_of_number(number: str, actor: Actor) -> Found | None:
    """Find a problem."""
    problem = Problem.objects.visible_to(actor).filter(number=number).first()
    url = f"{reverse('prevention:inbox')}?p={number}"
    return Found(number, title_of(problem), str(problem.get_state_display()), url) if problem else None


@finds("T")
def task_of_number(number: str, actor: Actor) -> Found | None:
    """Find a task of a problem that the actor may see."""
    visible = Problem.objects.visible_to(actor).order_by()
    task = Task.objects.filter(number=number, problem__in=visible.values("pk")).first()
    url = reverse("prevention:task", args=[number])
    return Found(number, task.title, str(task.get_state_display()), url) if task else None
