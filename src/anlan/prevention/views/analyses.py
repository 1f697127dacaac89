"""An analysis report as it was sent, and the instruction of many of its problems at once."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.core.city.areas import local_day
from anlan.core.pages import Facts, Typed, answer, tabulated, written
from anlan.core.pages.tables import as_csv
from anlan.core.print.answers import sent
from anlan.core.time.clock import now
from anlan.core.web.access import roles
from anlan.core.web.middleware.access import actor_of_request
from anlan.core.words import moment
from anlan.prevention import actions, columns
from anlan.prevention.access import PRINTS_REPORTS, READS
from anlan.prevention.forms.fields import active_organisations
from anlan.prevention.forms.problems import InstructManyForm
from anlan.prevention.models import AnalysisReport
from anlan.prevention.moves import PROBLEMS
from anlan.prevention.papers.analyses import paper_of
from anlan.prevention.queries.analyses import ReportedProblem, areas_of, problems_of
from anlan.prevention.queries.findings import Findings, findings_of
from anlan.prevention.words import COMMA, named


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*READS)
def analysis(request: HttpRequest, number: str) -> HttpResponse:
    """Show an analysis report with its problems; a supervisor instructs those that are chosen."""
    actor, area = actor_of_request(request), request.GET.get("area", "")
    report = AnalysisReport.objects.filter(number=number).select_related("study", "addressee").first()
    every = problems_of(report, actor) if report else []
    if report is None or not every:
        raise Http404
    form = _form(request, every)
    rows = [reported for reported in every if not area or area in reported.codes]
    offered = {reported.problem.number for reported in rows if area}
    chosen = set(request.POST.getlist("problems")) if form.is_bound else offered
    waiting = next((reported.problem for reported in rows if reported.waits), None)
    instructs = waiting is not None and PROBLEMS.may("instruct", actor, waiting, now())  # of one as of the others
    table = tabulated(columns.reported_problems(chosen if instructs else None), rows)
    context = {"report": report, "table": table, "area": area, "areas": areas_of(every), "form": form, "at": now(),
               "prints": bool(actor.roles & set(PRINTS_REPORTS)),
               "instructs": instructs, "facts": written(_facts(report, every))}  # fmt: skip
    return answer(
        request, form, actions.instruct, whose=PROBLEMS["instruct"].whose,
        done=lambda made: redirect(request.get_full_path()),
        page=lambda status: render(request, "prevention/analyses/analysis.html", context, status=status),
    )  # fmt: skip


@require_safe
@roles(*PRINTS_REPORTS)
def report_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Return an analysis report as a document."""
    return sent(paper_of, _findings(request, number))


@require_safe
@roles(*PRINTS_REPORTS)
def report_annex(request: HttpRequest, number: str) -> HttpResponse:
    """Return all problems of an analysis report as a file, the strongest places first."""
    file = as_csv(columns.ANNEX, _findings(request, number).problems)
    disposition = {"Content-Disposition": f'attachment; filename="{number}.csv"'}
    return HttpResponse(file, content_type="text/csv; charset=utf-8", headers=disposition)


def _findings(request: HttpRequest, number: str) -> Findings:
    report = AnalysisReport.objects.filter(number=number).select_related("study", "addressee").first()
    if report is None:
        raise Http404
    return findings_of(report, actor_of_request(request))


def _facts(report: AnalysisReport, every: list[ReportedProblem]) -> Facts:
    study = report.study and format_html(
        '<a href="{}">{}</a> ({} – {})', reverse("hotspots:study", args=[report.study_id]), report.study.name,
        report.study.since, report.study.until)  # fmt: skip
    waiting = gettext("%(n)s without an instruction") % {"n": sum(reported.waits for reported in every)}
    return [
        (_("Sent to"), format_html("{}{}{}", named(report.addressee), COMMA, moment(report.sent_at))),
        (_("Study"), study or ""),
        (_("Problems"), f"{len(every)}{COMMA}{waiting}"),
        (_("Why there are no silent areas"), Typed(report.silence_words) if report.silence_words else None),
    ]


def _form(request: HttpRequest, every: list[ReportedProblem]) -> InstructManyForm:
    waiting = [reported.problem.number for reported in every if reported.waits]
    return InstructManyForm(
        request.POST or None, organisations=active_organisations(), initial={"on": local_day(now())},
        problems=waiting, auto_id="instruct-%s",
    )  # fmt: skip


urlpatterns = [
    path("analyses/<str:number>/", analysis, name="analysis"),
    path("analyses/<str:number>/report.pdf", report_paper, name="report_paper"),
    path("analyses/<str:number>/problems.csv", report_annex, name="report_annex"),
]
