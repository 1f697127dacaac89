"""A town in which every page has something to show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.ledger.followers import FOLLOWERS
from anlan.core.people.actors import system
from anlan.hotspots.models import Site
from anlan.intake.models import ImportRun
from anlan.intake.public.codes import code_for
from anlan.intake.public.form_token import new_form_key, receipt_for
from anlan.prevention import actions as prevention
from anlan.prevention.models import AnalysisReport, Escalation, Problem, Storm, Task
from tests.make.contacts import contact
from tests.make.estimates import mended_town
from tests.make.incidents import incident
from tests.make.issues import issue
from tests.make.people import person, reset_link
from tests.make.problems import hazard, hazard_task, works
from tests.make.reports import report
from tests.make.studies import study
from tests.make.units import assignment

NOON = dt.datetime(2017, 1, 25, 4, tzinfo=dt.UTC)  # the moment at which its pages are looked at
ME = system("test")


def whole_town() -> dict[str, Any]:
    """Build the town; return what stands in its addresses, by the address's name or else by the argument's."""
    town = mended_town()
    estimate = town.estimate()["estimate"]
    plain = study(2015, name="Study without a number")
    open_task, listed = _problems()
    key = new_form_key()
    told = report(channel="web", place_words="清潭路加油站", words="车过不去", contact="13800000417", at=NOON,
                  tracking_code=code_for(key))  # fmt: skip
    number = incident(told, at=NOON, to="drains")
    sent = assignment(incident(at=NOON, lon=119.95), at=NOON)
    incident(at=NOON, lon=120.0)  # to which nobody was sent
    report(at=NOON, lon=119.99)
    published = issue("reports", "sites")
    upload = ImportRun.objects.create(created_at=NOON, file_name="calls.csv", state=ImportRun.State.DONE, accepted=8)
    site = Site.objects.order_by("number").first()
    assert site is not None
    prevention.escalate_overdue(actor=ME, at=NOON)
    analysed = AnalysisReport.objects.order_by("-pk")[0].number
    return {
        "code": code_for(key), "receipt": receipt_for(key), "report": told.number, "rank": 1,
        "contact_id": contact(at=NOON), "import_id": upload.pk, "measure": "reports", "form": "pdf", "kind": "csv",
        "intake": {"number": told.number}, "triage": {"number": number}, "dispatch": {"number": number, "pk": sent},
        "hotspots": {"pk": plain.pk, "code": site.code}, "effect": {"number": estimate},
        "bulletin": {"number": published.number, "plan": published.plan.number},
        "prevention": {"number": open_task},
        "prevention:issued": {"number": listed},
        "prevention:issued_file": {"number": listed}, "prevention:list_sheets": {"number": listed},
        "prevention:ladder_paper": {"number": Escalation.objects.exclude(number="")[0].number},
        "prevention:step": {"number": "P-2016-0001"},
        "prevention:task_step": {"number": open_task, "verb": "finish"},
        "verb": "sign_for", "core:reset": reset_link(at=NOON), "core:operator_resume": {"name": min(FOLLOWERS)},
        "core:person": {"pk": person(None).pk}, "core:operator_table": {"name": "organisations"},
        "prevention:analysis": {"number": analysed}, "prevention:report_paper": {"number": analysed},
        "prevention:report_annex": {"number": analysed},
        "prevention:storm_correct": {"pk": Storm.objects.get().pk},
    }  # fmt: skip


def _problems() -> tuple[str, str]:
    """Leave problems in every state that waits for somebody, a list and a storm; return an open task and the list."""
    early = NOON - dt.timedelta(days=40)
    hazard(at=early)
    signed = hazard(at=early)
    prevention.instruct(problems=[signed], reference="12", on=early.date(), lead="drains", actor=ME, at=early)
    prevention.sign_for(problems=[signed], actor=ME, at=early)
    until = (NOON + dt.timedelta(days=2)).date()
    task = prevention.plan_tasks(tasks=[works(signed, until)], actor=ME, at=early)["tasks"][0]
    prevention.add_evidence(task=task, words="laid", actor=ME, at=early)
    hazard_task("drains", at=early, finished=True)
    start = NOON - dt.timedelta(days=3)
    prevention.record_storm(start=start, end=start + dt.timedelta(hours=2), peak_mm_h=45, actor=ME,
                            at=start + dt.timedelta(days=1))  # fmt: skip
    assert Problem.objects.exists()
    assert Task.objects.exists()
    return task, prevention.issue_list(tasks=[task], kind="Flood", due_on=until, issuer="government", actor=ME,
                                       at=NOON)["list"]  # fmt: skip
