"""The life cycles of problems, tasks and extensions: each move declared once, with form, guard and words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.core.city.areas import local_day
from anlan.core.city.current import city_zone, kept
from anlan.core.holding import Holding
from anlan.core.models import LedgerEntry, Organisation
from anlan.core.pages.forms import ReasonForm, StepForm
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.core.time.deadlines import Timed, due_on
from anlan.core.time.rules import end_of
from anlan.core.workflow import Change, Step, Terms, Who, Workflow, anybody, holder, move, no_part, roles
from anlan.prevention.access import ARBITRATES, REOPENS, SUPERVISES, VERIFIES, WORKS
from anlan.prevention.forms.problems import ArbitrateForm, DelistingForm, InstructForm
from anlan.prevention.forms.tasks import ExtendForm, PlanForm, VerifyForm
from anlan.prevention.models import ExtensionRequest, Move, Origin, Problem, Task
from anlan.prevention.queries.storms import last_stood
from anlan.prevention.states import MENDED
from anlan.prevention.states import ProblemState as P
from anlan.prevention.states import RequestState as R
from anlan.prevention.states import TaskState as T
from anlan.prevention.words import LEVELS, named

POLICE = frozenset({"police", "police_bureau", "police_station"})
Values = Mapping[str, Any]


# Who


def _tasks_others(actor: Actor, problem: Problem) -> str | None:
    return "police_task_nobody" if actor.organisation_ids & kept(_police) else None


def _police() -> frozenset[int]:
    return frozenset(Organisation.objects.filter(kind__in=POLICE).values_list("pk", flat=True))


def _has_finished(actor: Actor, task: Task) -> str | None:
    """Keep off who said of these works, now or before a refusal, that they were done; wherever they are since."""
    return "has_finished" if _said_done([task]).filter(actor=actor.name).exists() else None


def _is_one_organisation(actor: Actor, task: Task) -> str | None:
    return None if organisation_of(actor) else "verifier_missing"


def _takes_work(actor: Actor, task: Task) -> str | None:
    return None if task.organisation.active else "doer_closed"


class Works(NamedTuple):
    """Works that were said to be done, when, and by which organisation; it may not do the task any more."""

    task: Task
    at: dt.datetime
    by: int | None


def works_of(tasks: Collection[Task]) -> Iterator[Works]:
    """Return each time that works of these tasks were said to be done, as the ledger has it."""
    known = {TASKS.subject(task): task for task in tasks}
    for subject, at, payload in _said_done(tasks).order_by("pk").values_list("subject", "at", "payload"):
        task, moment = known[subject], dt.datetime.fromisoformat(at)
        by = json.loads(payload).get("by")
        if by is None:  # an entry of an earlier version: the doer is who had shown something last
            by = task.evidence.filter(added_at__lte=moment).values_list("organisation_id", flat=True).last()
        yield Works(task, moment, by)


def _said_done(tasks: Collection[Task]) -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(subject__in=[TASKS.subject(task) for task in tasks], kind=TASKS.kind("finish"))


def doers_and_lead(problem: Problem) -> set[int | None]:
    """Return who answers for a problem, and who does or did one of its tasks."""
    return {problem.lead_id} | doers_and_leads(list(problem.tasks.select_related("problem")))


def doers_and_leads(tasks: Collection[Task]) -> set[int | None]:
    """Return who does these tasks or did them before, and who answers for their problems."""
    now = {task.organisation_id for task in tasks} | {task.problem.lead_id for task in tasks}
    return now | {works.by for works in works_of(tasks)}


LEAD, DOER = roles(*WORKS) & holder("lead"), roles(*WORKS) & holder("organisation")
VERIFIER = (roles(*VERIFIES) & Who(_is_one_organisation) & no_part(lambda task: doers_and_leads([task]))
            & Who(_has_finished))  # fmt: skip
GRANTS = roles(*SUPERVISES) & no_part(lambda task: {task.organisation_id})  # a later deadline of a task


def organisation_of(actor: Actor) -> int | None:
    """Return the actor's only organisation, or none."""
    return next(iter(actor.organisation_ids)) if len(actor.organisation_ids) == 1 else None


# When


def closed(organisation: Organisation | None, field: str | None = None) -> Refused | None:
    """Refuse a step with an organisation that takes no work any more."""
    gone = organisation is not None and not organisation.active
    return Refused("organisation_closed", field, name=named(organisation)) if gone else None


def _tested(problem: Problem, at: dt.datetime) -> Refused | None:
    if problem.rain_test_mm_h is None or last_stood(problem, at):
        return None
    return Refused("not_rain_tested", mm=problem.rain_test_mm_h)


def waits_for_works(task: Task) -> Refused | None:
    """Refuse what is only for a task whose works are still to be done."""
    return None if task.state in TASKS["finish"].source else Refused("nothing_to_extend", "due_on")


def _extendable(request: ExtensionRequest, at: dt.datetime) -> Refused | None:
    return waits_for_works(request.task)


def _proved(task: Task, at: dt.datetime) -> Refused | None:
    return closed(task.organisation) or (None if task.is_proved else Refused("evidence_missing", "photo"))


def _provable(task: Task, at: dt.datetime) -> Refused | None:
    return Refused("works_have_passed") if task.state == T.PASSED else None


def _askable(task: Task, at: dt.datetime) -> Refused | None:
    refused = closed(task.organisation) or waits_for_works(task)
    return refused or (Refused("extension_asked_already") if task.asked else _in_time(task, at))


def _grantable(task: Task, at: dt.datetime) -> Refused | None:
    return waits_for_works(task) or (None if task.asked else _in_time(task, at))


def _refusable(task: Task, at: dt.datetime) -> Refused | None:
    return waits_for_works(task) or (None if task.asked else Refused("extension_not_asked"))


def _in_time(task: Task, at: dt.datetime) -> Refused | None:
    return Refused("deadline_passed", "due_on") if local_day(at) > task.due_on else None


def _deadline_moved(task: Task, seen: str) -> Refused | None:
    same = seen.partition("/")[0] == str(task.due_on)
    return None if same else Refused("deadline_moved", "due_on", day=task.due_on)


def _answered_meanwhile(task: Task, seen: str) -> Refused | None:
    """Refuse an answer from a page that another answer has overtaken; a deadline that stands does not show it."""
    answers = [shown.split("/")[2:] for shown in (seen, task.last_seen())]
    same = not answers[0] or answers[0] == answers[1]  # an API keeps the deadline alone
    return _deadline_moved(task, seen) or (None if same else Refused("extension_answered"))


# What changes


def _instruct(problem: Problem, values: Values, at: dt.datetime) -> Change:
    lead, paper = values["lead"], {"reference": values["reference"], "on": str(values["on"])}
    level = values["supervision_level"] or problem.supervision_level
    if level not in dict(LEVELS):
        raise Refused("unknown_level", "supervision_level")
    if problem.origin == Origin.KEY_AREA and not level:
        raise Refused("supervision_level_missing", "supervision_level")
    fields = {
        "lead": lead, "instruction_ref": values["reference"], "instruction_on": values["on"],
        "supervision_level": level,
        "arbitrated": problem.arbitrated and problem.lead_id == lead.pk,  # the arbiter's word was about one lead
    }  # fmt: skip
    payload = paper | {"lead": lead.code, "supporting": values["supporting"]}
    return Change(fields, payload, words=values["reference"])


def _sign_for(problem: Problem, values: Values, at: dt.datetime) -> Change:
    return Change(to=P.IN_WORK if problem.pk in values["planned"] else P.SIGNED)


def _given(problem: Problem, values: Values, at: dt.datetime) -> Change:
    return Change({"lead": values["lead"]}, {"lead": values["lead"].code})


def _accept(problem: Problem, values: Values, at: dt.datetime) -> Change:
    return Change({"accepted_at": at})


def _strike_off(problem: Problem, values: Values, at: dt.datetime) -> Change:
    storm, reference = values["storm"], values["reference"]
    if problem.supervision_level and not reference:
        raise Refused("delisting_number_missing", "reference")
    payload = {"storm": storm.pk if storm else None, "reference": reference}
    return Change({"struck_off_at": at}, payload, reference)


def _reopen(problem: Problem, values: Values, at: dt.datetime) -> Change:
    reason, times = _written(values["reason"], "failure_missing"), problem.reopened + 1
    fields = {"reopened": times, "accepted_at": None, "struck_off_at": None}
    return Change(fields, {"times": times}, reason)


def _finish(task: Task, values: Values, at: dt.datetime) -> Change:
    clock = clock_of("task", T.WORKS_DONE)
    fields = {"finished_at": at, "finished_by": values["by"], "verify_by": due_on(clock, at)}
    return Change(fields, {"verify_by": str(fields["verify_by"]), "by": task.organisation_id}, clock=clock)


def _verify(task: Task, values: Values, at: dt.datetime) -> Change:
    passed, by = values["passed"], values["by"]
    words = values["words"].strip() if passed else _written(values["words"], "unmet_part_missing", "words")
    payload = {"passed": passed, "by": by, "problem": task.problem.number}
    if passed:
        return Change(payload=payload, words=words[:200], to=T.PASSED)
    clock, due_at = clock_of("task", T.REFUSED), end_of(task.due_on, city_zone())
    return Change(payload=payload, words=words[:200], to=T.REFUSED, clock=clock, due_at=due_at)


def _answered(request: ExtensionRequest, values: Values, at: dt.datetime) -> Change:
    fields = {"answered_at": at, "answered_by_id": values["by"], "words": values["reason"].strip()[:200]}
    return Change(fields, {**values.get("moved", {}), "request": request.number})


def _refused(request: ExtensionRequest, values: Values, at: dt.datetime) -> Change:
    _written(values["reason"], "refusal_reason_missing")
    return _answered(request, values, at)


def _withdrawn(request: ExtensionRequest, values: Values, at: dt.datetime) -> Change:
    return Change({"answered_at": at})


def _written(words: str, code: str, field: str = "reason") -> str:
    if not words.strip():
        raise Refused(code, field)
    return words.strip()


def _with_deadline(
    problem: Problem, change: Change, before: str, after: str, values: Values, at: dt.datetime
) -> Change:
    """Set until when the next step is due: by the tasks that are given, else by the clock of the state."""
    if len(change.words) > 200:
        raise Refused("words_too_long", "words")
    by_tasks = values.get("due", {}).get(problem.pk)
    clock = None if by_tasks or after == P.STRUCK_OFF else clock_of("problem", after)
    due = by_tasks or (due_on(clock, at) if clock else None)
    payload = {"from": before, "to": after, "due_on": str(due), **change.payload}
    return change._replace(fields={**change.fields, "due_on": due}, payload=payload, clock=clock)


def clock_of(noun: str, state: str) -> str:
    """Return the name of the clock that runs in a state: one for each in which something is waited for."""
    return f"{noun}_{state}"


def timed(problem: Problem, clock: str | None, at: dt.datetime) -> Timed:
    """Say which clock runs on a problem: the lead's where it waits for the lead."""
    waits_for = turn(problem.state, bool(problem.lead and problem.lead.active))
    return Timed(f"problem:{problem.number}", at, clock, problem.lead_id if waits_for == "lead" else None)


def _task_timed(step: Step) -> Timed:
    task, change = step.record, step.change
    doer = task.organisation_id if step.after == T.REFUSED else None
    return Timed(f"task:{task.number}", step.at, change.clock, doer, change.due_at)


def _line(step: Step, actor: Actor) -> Move:
    return Move(problem=step.record, verb=step.called, before=step.before, after=step.after,
                at=step.at, organisation_id=organisation_of(actor), words=step.change.words)  # fmt: skip


# The moves, in the order in which pages offer them

REASONS = {"return": "return_reason_missing", "arbitrate": "arbitration_reason_missing"}
HELD = Holding(
    P.ASSIGNED, P.SIGNED, P.RETURNED, P.DISPUTED, holder=LEAD,
    arbiter=roles(*ARBITRATES) & no_part(lambda problem: {problem.lead_id}),
    reason=lambda typed, move: _written(typed, REASONS[move]), given=_given,
)  # fmt: skip
PROBLEMS = Workflow(
    Problem, "prevention", subject=lambda problem: f"problem:{problem.number}", every=_with_deadline,
    seen=Problem.last_move, line=_line, timed=lambda step: timed(step.record, step.change.clock, step.at),
    moves=(
        HELD.sign_for([P.IN_WORK],  # where tasks of before go on
             turn="lead", when=lambda problem, at: closed(problem.lead), apply=_sign_for,
             past="problem_signed_for", form=StepForm, label=_("Sign for"), key="s",
             whose=_("An officer of the lead signs for it; ask the lead.")),
        move("plan_tasks", [P.SIGNED, P.IN_WORK, P.ACCEPTED, P.REOPENED], P.IN_WORK,
             due=[P.SIGNED, P.IN_WORK, P.REOPENED], turn="lead", who=LEAD,
             when=lambda problem, at: closed(problem.lead), past="problem_planned", history="plan",
             form=PlanForm, label=_("Plan a task"), key="t",
             whose=_("An officer of the lead plans the tasks; ask the lead.")),
        HELD.send_back(past={P.RETURNED: "problem_returned", P.DISPUTED: "problem_disputed"},
             history={P.RETURNED: "return", P.DISPUTED: "dispute"},
             form=ReasonForm, label=_("Return"), key="b", aside=True, mark="now",
             whose=_("An officer of the lead returns it; ask the lead.")),
        HELD.arbitrate(past="problem_arbitrated", form=ArbitrateForm, label=_("Decide whose it is"), key="a",
             whose=_("A leader who does not belong to the lead decides whose it is; ask one.")),
        move("instruct", set(P) - {P.DISPUTED, P.ACCEPTED, P.STRUCK_OFF}, P.ASSIGNED,
             due=[P.RAISED, P.RETURNED], turn="supervisor", who=roles(*SUPERVISES) & Who(_tasks_others),
             apply=_instruct, past="problem_assigned", form=InstructForm, label=_("Instruct"), key="i", aside=True,
             opens=True, whose=_("A supervisor notes the government's instruction; the police report what fails and"
                                 " task nobody.")),
        move("accept", P.IN_WORK, P.ACCEPTED, who=anybody(), apply=_accept, past="problem_accepted"),
        move("strike_off", P.ACCEPTED, P.STRUCK_OFF, due=P.ACCEPTED, turn="supervisor",
             who=roles(*SUPERVISES) & no_part(doers_and_lead), when=_tested, apply=_strike_off,
             past="problem_struck_off", form=DelistingForm, label=_("Strike off"), key="x",
             whose=_("A supervisor who belongs neither to the lead nor to a doer strikes it off; ask one.")),
        move("reopen", MENDED, P.REOPENED, who=roles(*REOPENS), apply=_reopen,
             past="problem_reopened", form=ReasonForm, label=_("Reopen"), key="r", aside=True, mark="late",
             whose=_("This step is not yours; ask the supervisor.")),
    ),
)  # fmt: skip
TASKS = Workflow(
    Task, "prevention", subject=lambda task: f"task:{task.number}", every=None, seen=Task.last_seen, timed=_task_timed,
    moves=(
        move("verify", T.WORKS_DONE, [T.PASSED, T.REFUSED], due=T.WORKS_DONE, turn="verifier",
             who=VERIFIER, apply=_verify,
             past="task_verified", form=VerifyForm, label=_("Verify"), key="v", opens=True,
             whose=_("Whoever did the work, or belongs to the organisation that did or to the lead, cannot verify it;"
                     " somebody else does.")),
        move("finish", [T.OPEN, T.REFUSED], T.WORKS_DONE, due=[T.OPEN, T.REFUSED], turn="doer", who=DOER,
             when=_proved, apply=_finish, past="works_done",
             form=StepForm, label=_("Works done"), key="f",
             whose=_("An officer of the organisation that does the task says that works are done.")),
    ),
)  # fmt: skip


EXTENSIONS = Workflow(
    ExtensionRequest, "prevention", subject=lambda request: f"task:{request.task.number}", every=None,
    timed=lambda step: Timed(f"extension:{step.record.number}", step.at, None),
    moves=(
        move("extend", R.ASKED, R.GRANTED, due=R.ASKED, turn="supervisor",
             who=Who(lambda actor, request: GRANTS(actor, request.task)), when=_extendable, apply=_answered,
             past="task_extended", form=ExtendForm, label=_("Extend"), key="x", aside=True,
             whose=_("A supervisor of another organisation grants a later deadline; ask one.")),
        move("refuse_extension", R.ASKED, R.REFUSED, who=Who(lambda actor, request: GRANTS(actor, request.task)),
             when=_extendable, apply=_refused, past="extension_refused", form=ReasonForm,
             label=_("Refuse the extension"), key="r", aside=True,
             whose=_("A supervisor of another organisation answers what is asked for; ask one.")),
        move("withdraw", R.ASKED, R.WITHDRAWN, who=anybody(), apply=_withdrawn, past=""),  # by the works that are done
    ),
)  # fmt: skip


# Acts with a task that change no state of it

PROVE = Terms("add_evidence", DOER & Who(_takes_work) | roles(*VERIFIES), _provable)
ASK = Terms("ask_extension", DOER, _askable, _deadline_moved)
EXTEND = Terms("extend", GRANTS, _grantable, _answered_meanwhile)  # what is asked for, or unasked
REFUSE = Terms("refuse_extension", GRANTS, _refusable, _answered_meanwhile)


def turn(state: str, lead_is_active: bool) -> str:
    """Return whose step is next: with a closed organisation it goes back to the supervisor."""
    waited_for = PROBLEMS.turn(state)
    return "supervisor" if waited_for == "lead" and not lead_is_active else waited_for
