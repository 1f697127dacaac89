"""Measures of problems, tasks, results and lists."""

from __future__ import annotations

from django.db.models import Case, Exists, F, FloatField, Max, OuterRef, Q, Value, When
from django.db.models.functions import TruncDate
from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import Period, Rows, measure, whole_seconds
from anlan.prevention.models import Escalation, Extension, ListedTask, Move, Problem, Result, Task, TaskList

PERCENT = ("%", "%")
PROBLEMS = ("个", "problems")
TASKS = ("项", "tasks")
AREAS = ("处", "areas")


def _moved(period: Period, verb: str) -> QuerySet[Move]:
    return Move.objects.filter(verb=verb, **period.within("at"))


def _share_of_tasks(rows: QuerySet[Task], of: Q) -> Rows:
    one = Case(When(of, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return rows.annotate(one=one).values_list("pk", "one")


@measure("problems_raised", of="problem", name=("提出的问题", "Problems raised"), unit=PROBLEMS, counter="problems_returned",
         says=("统计期内列入问题清单的全部问题，各种来源。", "All problems put on the list in the period, of any origin."))  # fmt: skip
def problems_raised(period: Period) -> Rows:
    """Count what was put on the list."""
    return Problem.objects.filter(**period.within("raised_at")).values_list("pk")


@measure("problems_returned", of="move", name=("退回的问题", "Problems returned"), unit=("次", "times"),
         counter="problems_raised", says=("牵头单位退回的次数，含第二次退回。", "Returns by leads, second ones included."))  # fmt: skip
def problems_returned(period: Period) -> Rows:
    """Count returns."""
    moves = Move.objects.filter(verb__in=["return", "dispute"], **period.within("at"))
    return moves.values_list("pk")


@measure("sites_raised", of="problem", name=("推送的易涝点", "Flood-prone sites pushed"), unit=PROBLEMS,
         counter="works_untested", says=("由采用的研判列为问题的点位。", "Sites of an adopted study that became problems."))  # fmt: skip
def sites_raised(period: Period) -> Rows:
    """Count sites put on the list."""
    return Problem.objects.filter(origin="site", **period.within("raised_at")).values_list("pk")


@measure("rain_tested", of="move", name=("经雨检验销号的点位", "Sites struck off after rain"), unit=PROBLEMS, counter="failed_again",
         says=("整治后经过至少一场达到标准的雨而未积水、已销号的易涝点；只看雨后，不看照片。",
               "Flood-prone sites struck off after a storm of the stated strength without failure."))  # fmt: skip
def rain_tested(period: Period) -> Rows:
    """Count what rain has tested."""
    return _moved(period, "strike_off").filter(problem__origin="site").values_list("pk")


@measure(
    "failed_again",
    of="move",
    name=("整治后再次积水", "Failed again after works"),
    unit=("次", "times"),
    counter="rain_tested",
    says=("已验收或已销号又被接报重开的次数。", "Times that a report reopened an accepted or struck-off problem."),
)
def failed_again(period: Period) -> Rows:
    """Count reopenings."""
    return _moved(period, "reopen").values_list("pk")


@measure("works_untested", of="problem", name=("完工待雨检验", "Works accepted, no rain yet"), unit=PROBLEMS,
         counter="rain_tested", says=("统计期内验收、取数时仍待雨检验的点位；完工不等于治好。",
                                      "Works accepted in the period that no storm has tested yet: done is not solved."))  # fmt: skip
def works_untested(period: Period) -> Rows:
    """Count what is done and not proved."""
    waiting = Problem.objects.filter(state="accepted", rain_test_mm_h__isnull=False)
    return waiting.filter(**period.within("accepted_at")).values_list("pk")


@measure("tasks_planned", of="task", name=("整改任务", "Tasks due"), unit=TASKS, counter="tasks_on_time",
         says=("原定期限在统计期内的任务。", "Tasks whose first deadline lies in the period."))  # fmt: skip
def tasks_planned(period: Period) -> Rows:
    """Count tasks by their first deadline."""
    return _due(period).values_list("pk")


@measure("tasks_on_time", of="task", aggregate="share", name=("任务按原定期限完成占比", "Tasks done by their first deadline"),
         unit=PERCENT, counter="tasks_extended", revision=2,
         says=("按第一次定的期限，不按延期后的期限；以完工之日为准，验收不通过的不算。",
               "By the first deadline, not by an extended one; the day of works done counts, what was refused does not."))  # fmt: skip
def tasks_on_time(period: Period) -> Rows:
    """Share of tasks done when first promised."""
    done = _due(period).annotate(done_on=TruncDate("finished_at", tzinfo=period.begins.tzinfo))
    return _share_of_tasks(done, Q(done_on__lte=F("first_due_on")) & ~Q(state="refused"))


@measure("tasks_extended", of="task", aggregate="share", name=("任务延期占比", "Share of tasks extended"), unit=PERCENT,
         counter="tasks_on_time", says=("期限前获准延期的任务占比。", "Tasks with a later deadline granted in time."))  # fmt: skip
def tasks_extended(period: Period) -> Rows:
    """Share of tasks with a later deadline."""
    return _share_of_tasks(_due(period), Q(Exists(Extension.objects.filter(task=OuterRef("pk")))))


@measure(
    "tasks_open",
    of="task",
    name=("未完成的任务", "Tasks not done"),
    unit=TASKS,
    counter="tasks_planned",
    says=(
        "原定期限在统计期内、取数时尚未完工的任务。",
        "Tasks whose first deadline lies in the period and that are not done.",
    ),
)
def tasks_open(period: Period) -> Rows:
    """Count what is still to do."""
    return _due(period).filter(state__in=["open", "refused"]).values_list("pk")


def _due(period: Period) -> QuerySet[Task]:
    return Task.objects.filter(first_due_on__range=(period.since, period.until))


@measure(
    "refused_share",
    of="result",
    aggregate="share",
    name=("验收不通过占比", "Share refused at verification"),
    unit=PERCENT,
    counter="tasks_on_time",
    says=("验收中不通过的比例；验收人不是施工单位。", "Verifications that refused; the verifier is never the doer."),
)
def refused_share(period: Period) -> Rows:
    """Share of works that did not pass."""
    one = Case(When(passed=False, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return Result.objects.filter(**period.within("verified_at")).annotate(one=one).values_list("pk", "one")


@measure("lists_issued", of="list", name=("下发任务清单", "Task lists issued"), unit=("张", "lists"), counter="lists_on_time",
         says=("统计期内编号下发的任务清单。", "Numbered task lists issued in the period."))  # fmt: skip
def lists_issued(period: Period) -> Rows:
    """Count numbered lists."""
    return _issued(period).values_list("pk")


@measure("lists_on_time", of="list", name=("按期完成的任务清单", "Task lists completed on time"), unit=("张", "lists"),
         counter="lists_extended", revision=2,
         says=("统计期内下发的清单中，每一项都在清单的完成期限当日或之前完工、并已验收通过的；清单的期限不因任务延期而改变。",
               "Lists issued in the period whose every item was done by the due day of the list and passed since; an "
               "extension of a task does not move that day."))  # fmt: skip
def lists_on_time(period: Period) -> Rows:
    """Count lists whose every item was done by the day that the list names."""
    return _issued(period).exclude(pk__in=_missed(period).values("list")).values_list("pk")


@measure("lists_late", of="list", name=("逾期的任务清单", "Task lists late"), unit=("张", "lists"), counter="lists_on_time",
         says=("统计期内下发、期限也在统计期内的清单中，至少一项未在期限前完工或未通过验收的。",
               "Lists issued and due in the period with at least one item that was not done by that day, or that has "
               "not passed."))  # fmt: skip
def lists_late(period: Period) -> Rows:
    """Count lists that missed the day they name."""
    due = _issued(period).filter(due_on__lte=period.until)
    return due.filter(pk__in=_missed(period).values("list")).values_list("pk")


@measure("lists_extended", of="list", name=("有任务延期的任务清单", "Task lists with an extended task"), unit=("张", "lists"),
         counter="lists_late", says=("统计期内下发的清单中，下发后至少一项获准延期的。",
                                     "Lists issued in the period of which a task was extended after it was issued."))  # fmt: skip
def lists_extended(period: Period) -> Rows:
    """Count lists on which a deadline was moved."""
    items = ListedTask.objects.filter(task__extensions__before=F("due_on"))
    return _issued(period).filter(pk__in=items.values("list")).values_list("pk")


def _issued(period: Period) -> QuerySet[TaskList]:
    return TaskList.objects.filter(issued_on__range=(period.since, period.until))


def _missed(period: Period) -> QuerySet[ListedTask]:
    """Return the items that were not done by their list's due day, or that no verifier passed."""
    done = ListedTask.objects.annotate(done_on=TruncDate("task__finished_at", tzinfo=period.begins.tzinfo))
    return done.filter(Q(done_on__isnull=True) | Q(done_on__gt=F("list__due_on")) | ~Q(task__state="passed"))


@measure("key_areas", of="problem", name=("挂牌重点地区", "Key areas listed"), unit=AREAS, counter="key_areas_off",
         says=("上级挂牌督办的重点地区。", "Key areas under a superior’s supervision."))  # fmt: skip
def key_areas(period: Period) -> Rows:
    """Count listed areas."""
    return Problem.objects.filter(origin="key_area", **period.within("raised_at")).values_list("pk")


@measure("key_areas_off", of="problem", name=("验收摘牌的重点地区", "Key areas taken off the list"), unit=AREAS,
         counter="key_areas", says=("统计期内列入、取数时已由上级验收摘牌的重点地区；“基本整治”不算。",
                                    "Listed in the period and taken off by the superior; “basically” does not count."))  # fmt: skip
def key_areas_off(period: Period) -> Rows:
    """Count areas that were accepted."""
    listed = Problem.objects.filter(origin="key_area", **period.within("raised_at"))
    return listed.filter(state="struck_off").values_list("pk")


@measure("hazards", of="problem", name=("巡查发现的隐患", "Hazards found on rounds"), unit=("处", "hazards"),
         counter="hazards_off", says=("巡查发现、列入问题清单的隐患。", "Hazards found on a round and put on the list."))  # fmt: skip
def hazards(period: Period) -> Rows:
    """Count what rounds have found."""
    return Problem.objects.filter(origin="hazard", **period.within("raised_at")).values_list("pk")


@measure("hazards_off", of="problem", name=("已销号的隐患", "Hazards struck off"), unit=("处", "hazards"), counter="hazards",
         says=("统计期内列入、取数时已验收销号的隐患。", "Listed in the period, accepted and struck off since."))  # fmt: skip
def hazards_off(period: Period) -> Rows:
    """Count hazards that are no more."""
    found = Problem.objects.filter(origin="hazard", **period.within("raised_at"))
    return found.filter(state="struck_off").values_list("pk")


@measure("silent_areas", of="problem", name=("列入的静默区", "Silent areas on the list"), unit=AREAS, counter="sites_raised",
         says=("有人居住而无人上报、因此留出名额列入的地方：只按接报排，就只听得见会说的人。",
               "Places with people and no reports that were put on the list by the reserve kept for them: lists fed by "
               "reports alone favour the vocal."))  # fmt: skip
def silent_areas(period: Period) -> Rows:
    """Count the places that nobody spoke for."""
    return Problem.objects.filter(origin="silent_area", **period.within("raised_at")).values_list("pk")


@measure("reform_items", of="problem", name=("共治与改革事项", "Reform items"), unit=("项", "items"), counter="reform_done",
         says=("列入的共治、改革事项。", "Co-governance and reform items on the list."))  # fmt: skip
def reform_items(period: Period) -> Rows:
    """Count reform items."""
    return Problem.objects.filter(origin="reform", **period.within("raised_at")).values_list("pk")


@measure("reform_done", of="problem", name=("完成的共治与改革事项", "Reform items done"), unit=("项", "items"),
         counter="reform_items", says=("其中已销号的。", "Of them, those struck off."))  # fmt: skip
def reform_done(period: Period) -> Rows:
    """Count reform items that are done."""
    items = Problem.objects.filter(origin="reform", **period.within("raised_at"))
    return items.filter(state="struck_off").values_list("pk")


def _ladder(code: str, step: str, name: tuple[str, str]) -> None:
    def rows(period: Period) -> Rows:
        return Escalation.objects.filter(step=step, **period.within("at")).values_list("pk")

    rows.__module__ = __name__
    says = (
        f"因期限临近或逾期对单位的{name[0]}，每个期限一次。",
        f"{name[1]} towards an organisation, once for each deadline.",
    )
    measure(code, of="escalation", name=name, unit=("次", "times"), says=says, counter="tasks_on_time")(rows)


_ladder("reminders", "remind", ("提醒", "Reminders"))
_ladder("supervisions", "supervise", ("督办", "Supervisions"))
_ladder("interviews", "interview", ("约谈", "Interviews"))


@measure("sign_days", of="problem", revision=2, aggregate="median", name=("问题签收用时中位数", "Median time until signed for"),
         unit=("日", "days"), counter="problems_returned",
         says=("从提出到最后一次签收，按自然日，中位数。", "From raised to the last signing, in days, median."))  # fmt: skip
def sign_days(period: Period) -> Rows:
    """How long until somebody took it."""
    moves = _moved(period, "sign_for").values("problem_id", "problem__raised_at").annotate(last=Max("at"))
    return ((row["problem_id"], whole_seconds(row["last"] - row["problem__raised_at"]) / 86_400) for row in moves)
