"""The inbox: problems left, one problem right, its next step one key away."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.core.holding import returns_allowed
from anlan.core.pages import Empty, Facts, Filter, Link, Listing, ListPage, Reader, RecordPage, Sent, Tab, Typed, answer
from anlan.core.pages.forms import StepForm
from anlan.core.pages.tables import tabulated
from anlan.core.people.actors import Actor
from anlan.core.web.access import roles
from anlan.core.words import typed
from anlan.core.workflow.moves import Words
from anlan.hotspots.access import READS as OPENS_SITES
from anlan.intake.access import READERS as OPENS_REPORTS
from anlan.prevention import columns
from anlan.prevention.access import PRINTS, RAISES, READS, WORKS
from anlan.prevention.actions import sign_for
from anlan.prevention.models import Origin, Problem
from anlan.prevention.moves import PROBLEMS
from anlan.prevention.queries.histories import past_of
from anlan.prevention.queries.ladders import ladder_of, printable
from anlan.prevention.queries.problems import area_of, looked_for, organisation_named, shown_by
from anlan.prevention.queries.standings import standing
from anlan.prevention.queries.storms import Tested, tests_of
from anlan.prevention.queries.tasks import drawn, explained, next_task
from anlan.prevention.words import COMMA, VIEWS, level_word, named, title_of


def _visible(actor: Actor) -> QuerySet[Problem]:
    return Problem.objects.visible_to(actor).select_related("lead", "site", "analysis", "area").order_by("due_on", "pk")


def _empty(reader: Reader) -> Empty:
    if reader.asked.get("view", "open") != "open":
        way = Link(_("Show what is open"), lambda reader: f"{reverse('prevention:inbox')}?view=open")
        return Empty(_("Nothing stands under this heading now."), _("Nothing here"), way, "low")
    raises = _("Problems come from the sites of an adopted study, from rounds, campaigns and opinion.")
    others = _("What is assigned to your organisation comes here by itself.")
    return Empty(raises if reader.holds(RAISES) else others, _("Nothing here"), waves="low")


def _tab(name: str, words: Words) -> Tab:
    return Tab(name, words, lambda reader: shown_by(name, reader.today))


INBOX = ListPage(
    _("Problems"), _visible, [column for column in columns.PROBLEM_COLUMNS if column not in columns.PROGRESS], _empty,
    tabs=[_tab(name, words) for name, words in VIEWS.items()],
    tab="view", search=looked_for, hint=_("Problem, site, instruction"),
    filters=[Filter("origin", _("Origin"), _("All origins"), lambda reader: list(Origin.choices), "origin")],
    shape=lambda listed, reader: [columns.Stood(problem, standing(problem, reader.today)) for problem in listed],
    item=columns.item, to=lambda problem: columns.problem_href(problem.number),
    links=[Link(_("Lists"), "prevention:lists", "l"), Link(_("Raise problems"), "prevention:raise", "n", RAISES)],
)  # fmt: skip


def _facts(problem: Problem, reader: Reader) -> Facts:
    area, works = area_of(problem), list(problem.tasks.all())
    holder = standing(problem, reader.today, next_task(problem, works)).holder
    sent = problem.analysis and format_html(
        '<a class="nowrap" href="{}">{} {}</a>', reverse("prevention:analysis", args=[problem.analysis.number]),
        gettext("Analysis report"), problem.analysis.number)  # fmt: skip
    tested = gettext("a storm of %(mm)s mm/h without failure") % {"mm": f"{problem.rain_test_mm_h or 0:.0f}"}
    most = returns_allowed()
    next_one = ngettext("at most %(n)s return; the next goes to the arbiter",
                        "at most %(n)s returns; the next goes to the arbiter", most) % {"n": most}  # fmt: skip
    word = gettext("the arbiter has decided") if problem.arbitrated else next_one
    return [
        (_("State"), problem.get_state_display()),
        (_("Next step"), f"{holder}{COMMA}{problem.due_on}" if problem.due_on else holder),
        (_("Instruction"), (Typed(problem.instruction_ref), problem.instruction_on or "", sent or "")),
        (_("Lead"), named(problem.lead)),
        (_("Supporting"), tuple(named(helper) for helper in problem.supporting.all())),
        (_("Area"), named(area) if area else None),
        (_("Supervision by"), level_word(problem.supervision_level) if problem.supervision_level else None),
        (_("Exit criteria"), Typed(problem.exit_criteria) if problem.exit_criteria else None),
        (_("Struck off after"), tested if problem.rain_test_mm_h else None),
        (_("Returned"), (problem.returns, word) if problem.returns else None),
    ]


PROBLEM = RecordPage(
    PROBLEMS, _visible, columns.problem_href, "prevention:step", _facts, title=lambda problem: typed(title_of(problem)),
    template="prevention/problems/inbox.html",
)  # fmt: skip


@require_safe
@roles(*READS)
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits, the soonest due first, and the problem chosen."""
    return _page(request, request.GET.get("p", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def step(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Take a step with a problem, or say on its page why it cannot be taken."""
    return PROBLEM.take(request, number, verb, _page)


@require_POST
@roles(*WORKS)
def sign_many(request: HttpRequest) -> HttpResponse:
    """Sign for every problem that the list showed, or for none where one of them was taken meanwhile."""
    form, numbers = StepForm(request.POST), request.POST.getlist("problems")

    def back(made: Any) -> HttpResponse:
        n = len(numbers)
        if form.is_valid():
            messages.success(request, ngettext("%(n)d problem signed for.", "%(n)d problems signed for.", n) % {"n": n})
        for error in form.non_field_errors():
            messages.warning(request, str(error))
        return redirect(f"{reverse('prevention:inbox')}?view=sign")

    return answer(request, form, partial(sign_for, problems=numbers), whose=PROBLEMS["sign_for"].whose, done=back,
                  page=back)  # fmt: skip


def _page(request: HttpRequest, number: str, sent: Sent = None, status: int = 200) -> HttpResponse:
    reader = Reader.of(request)
    listing = Listing(INBOX, reader, reverse("prevention:inbox"))
    if reader.asked.get("as") == "csv":
        return listing.file()
    listed = list(listing.paged.object_list)
    chosen = number or (listed[0].number if listed else "")
    problem = _visible(reader.actor).filter(number=chosen).first()
    if number and problem is None:
        raise Http404
    listing.chosen = chosen
    signs = listing.asked["view"] == "sign"
    context = {"listing": listing, "chosen": bool(number), "organisation": organisation_named(reader.actor),
               "at": reader.at, "problem": problem,
               "signs": [found.number for found in listed
                         if signs and PROBLEMS.may("sign_for", reader.actor, found, reader.at)]}  # fmt: skip
    if problem is not None:
        context |= PROBLEM.context(problem, reader, sent) | _works(problem, reader)
    return render(request, PROBLEM.template, context, status=status)


def _works(problem: Problem, reader: Reader) -> dict[str, Any]:
    """Return what stands with a problem beside its facts: tasks, ladder, storms, history."""
    tasks, given = list(explained(problem.tasks.all())), list(problem.escalations.order_by("-pk"))
    tested = Tested(tests_of(problem, reader.at))
    ladder = ladder_of(problem, tasks, given, reader.today)
    return {
        "stands": standing(problem, reader.today, next_task(problem, tasks)), "ladder": ladder,
        "table": tabulated(columns.TASKS_OF_ONE, drawn(tasks, reader.today)),
        "history": past_of(problem, opens_reports=reader.holds(OPENS_REPORTS)),
        "given": [step for step in given if ladder is None or not ladder.has(step)],
        "papers": printable(reader.actor).filter(problem=problem) if reader.holds(PRINTS) else [],
        "tested": tested, "rained": tabulated(columns.RAINED, tested.storms), "opens_sites": reader.holds(OPENS_SITES),
    }  # fmt: skip


urlpatterns = [
    path("problems/", inbox, name="inbox"),
    path("problems/sign", sign_many, name="sign_many"),
    path("problems/<str:number>/<str:verb>", step, name="step"),
]
