"""Measures of incidents: what they were, whose they were, and how long they took."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.query import QuerySet

from anlan.bulletin.figures.measure import AT_ONCE, Absent, Period, Rows, measure, whole_seconds
from anlan.core.models import ClockRun
from anlan.intake.models import Category
from anlan.triage.models import Handover, Incident

INCIDENTS = ("起", "incidents")
PERCENT = ("%", "%")
HOURS = ("小时", "h")
PROPERTY = ("theft", "ebike_theft", "robbery", "fraud")


def opened(period: Period) -> QuerySet[Incident]:
    """Return the incidents opened in a period."""
    return Incident.objects.filter(**period.within("opened_at"))


def are(*codes: str) -> Q:
    """Say that an incident is of these categories: the confirmed one, until then the one at call."""
    return Q(category_confirmed__code__in=codes) | Q(category_confirmed=None, category_at_call__code__in=codes)


def share(rows: QuerySet[Incident], of: Q) -> Rows:
    """Return 1 for the rows that are so, 0 for the others."""
    one = Case(When(of, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return rows.annotate(one=one).values_list("pk", "one")


@measure("incidents", placed=True, of="incident", name=("事件数", "Incidents"), unit=INCIDENTS, counter="reports",
         says=("统计期内立为事件的全部事件；几件接报说同一件事，只算一起。",
               "Incidents opened in the period; several reports of one event are one incident."))  # fmt: skip
def incidents(period: Period) -> Rows:
    """Count incidents."""
    return opened(period).values_list("pk")


def _categories(
    code: str,
    name: tuple[str, str],
    codes: Sequence[str],
    counter: str,
    note: tuple[str, str] = ("", ""),
    parts: tuple[str, ...] = (),
    within: str = "incidents",
) -> None:
    """Declare the count of incidents of some categories, by the confirmed category."""

    def rows(period: Period) -> Rows:
        return Absent.NO_CATEGORY if _unknown(codes) else opened(period).filter(are(*codes)).values_list("pk")

    says = (f"核定类别（未核定的按接报类别）属于{name[0]}的事件。{note[0]}",
            f"Incidents whose confirmed category, or until then that at the call, is {name[1].lower()}.{note[1]}")  # fmt: skip
    rows.__module__ = __name__
    measure(code, of="incident", name=name, unit=INCIDENTS, says=says, counter=counter, revision=2,
            parts=parts, within=within)(rows)  # fmt: skip


def _unknown(codes: Sequence[str]) -> bool:
    """Whether the city lacks one of these categories: then their matters are counted under others, and nobody knows."""
    return Category.objects.filter(code__in=codes).count() < len(codes)


_categories(
    "traffic_calls", ("交通警情", "Traffic incidents"), ("traffic_accident", "traffic_jam", "parking"), "accidents"
)
_categories("accidents", ("交通事故", "Traffic accidents"), ("traffic_accident",), "category_changed",
            within="traffic_calls")  # fmt: skip
_categories("fires", ("火警", "Fires"), ("fire",), "arrival_median",
            ("伤亡不在接报与事件记录中，本平台不公布。", " Deaths and injuries are in no record here and are not printed."))  # fmt: skip
_categories("property_calls", ("侵财警情", "Property incidents"), PROPERTY, "category_changed",
            ("含盗窃、电动自行车被盗、抢劫抢夺、电信网络诈骗；是警情数，不是受案或立案数。",
             " Theft, e-bikes, robbery, fraud; incidents as told, not cases accepted or filed."),
            parts=("theft", "ebike_theft", "robbery", "fraud"))  # fmt: skip
_categories("robbery_theft", ("抢劫抢夺与盗窃警情", "Robbery, snatching and theft"), ("robbery", "theft", "ebike_theft"), "property_calls",
            ("入室盗窃在接报类别中不单列，计入盗窃；是警情数，不是受案或立案数。",
             " Burglary has no category of its own at the call and stands under theft; incidents, not cases."),
            parts=("robbery", "theft", "ebike_theft"))  # fmt: skip
_categories("robbery", ("抢劫抢夺警情", "Robbery incidents"), ("robbery",), "theft")
_categories("theft", ("盗窃警情", "Theft incidents"), ("theft",), "category_changed")
_categories("ebike_theft", ("电动自行车被盗警情", "E-bike theft incidents"), ("ebike_theft",), "theft")
_categories("fraud", ("电信网络诈骗警情", "Telecom fraud incidents"), ("fraud",), "category_changed")
_categories("street_property", ("街面侵财警情", "Street property incidents"), ("robbery", "ebike_theft"), "property_calls",
            ("此处指抢劫抢夺与电动自行车被盗。", " Here robbery and theft of e-bikes."),
            parts=("robbery", "ebike_theft"))  # fmt: skip
_categories("fights", ("打架斗殴警情", "Fights"), ("fight",), "disputes")
_categories("disputes", ("纠纷", "Disputes"), ("dispute",), "fights")
_categories("home_violence", ("家庭暴力警情", "Violence at home"), ("home_violence",), "disputes",
            ("上升可能是愿意报警的人多了。", " A rise may mean that more dare to call."))  # fmt: skip
_categories("noise", ("噪声扰民", "Noise"), ("noise",), "handled_in_time")


@measure("offence_calls", of="incident", within="incidents", name=("报警类警情", "Alarm incidents"), unit=INCIDENTS, counter="category_changed",
         says=("种类为报警、属公安事权的事件；是警情数，与受案数、立案数不可混用。",
               "Incidents of kind alarm that are police matters; not to be mixed with cases accepted or filed."))  # fmt: skip
def offence_calls(period: Period) -> Rows:
    """Count what people told the police as an offence or a danger."""
    police = Q(category_confirmed__police=True) | Q(category_confirmed=None, category_at_call__police=True)
    return opened(period).filter(police, kind="alarm").values_list("pk")


@measure(
    "diverted",
    of="incident",
    within="incidents",
    name=("分流非警务警情", "Non-police incidents diverted"),
    unit=INCIDENTS,
    counter="returned_share",
    says=("移交给事权单位并标明分流的事件。", "Incidents handed to whom they belong as no matter for the police."),
)
def diverted(period: Period) -> Rows:
    """Count what was handed to whom it belongs."""
    return opened(period).filter(diverted=True).values_list("pk")


@measure("diverted_share", of="incident", aggregate="share", name=("分流占比", "Share diverted"), unit=PERCENT,
         counter="diverted_done", says=("分流事件占全部事件的比例。", "Diverted incidents, of all incidents."))  # fmt: skip
def diverted_share(period: Period) -> Rows:
    """Share of incidents handed on."""
    return share(opened(period), Q(diverted=True))


@measure(
    "diverted_done",
    of="incident",
    within="diverted",
    aggregate="share",
    name=("分流后办结占比", "Share of diverted closed"),
    unit=PERCENT,
    counter="diverted",
    says=("分流事件中已办结的比例：分流不是甩单。", "Closed, of the diverted ones: handing on is not an end."),
)
def diverted_done(period: Period) -> Rows:
    """Share of diverted incidents that came to an end."""
    return share(opened(period).filter(diverted=True), Q(state="closed"))


@measure(
    "violence_diverted",
    of="incident",
    name=("被分流的家庭暴力警情", "Violence at home diverted"),
    unit=INCIDENTS,
    counter="home_violence",
    says=("必须为零：可能危及生命的事项不分流。", "Has to be zero: what may hide danger to life is never diverted."),
)
def violence_diverted(period: Period) -> Rows:
    """Count what must never be."""
    return (
        Absent.NO_CATEGORY
        if _unknown(["home_violence"])
        else opened(period).filter(are("home_violence"), diverted=True).values_list("pk")
    )


@measure(
    "category_changed",
    of="incident",
    within="incidents",
    aggregate="share",
    name=("核定改类占比", "Share with another confirmed category"),
    unit=PERCENT,
    counter="incidents",
    says=("已核定事件中，核定类别与接报类别不同的比例。", "Of confirmed incidents, those whose category changed."),
)
def category_changed(period: Period) -> Rows:
    """Share of incidents that were not what they were taken for."""
    return share(opened(period).exclude(category_confirmed=None), ~Q(category_confirmed=F("category_at_call")))


@measure(
    "closed_share",
    of="incident",
    aggregate="share",
    name=("办结率", "Share closed"),
    unit=PERCENT,
    counter="close_median",
    says=(
        "统计期内立的事件中，取数时已办结的比例。",
        "Of incidents opened in the period, those closed when the figure was drawn.",
    ),
)
def closed_share(period: Period) -> Rows:
    """Share of incidents that are closed."""
    return share(opened(period), Q(state="closed"))


@measure("close_median", of="incident", within="incidents", revision=2, aggregate="median", name=("办结用时中位数", "Median time to close"), unit=HOURS,
         counter="close_p90", says=("已办结事件从立事件到办结，中位数。", "From opened to closed, median."))  # fmt: skip
def close_median(period: Period) -> Rows:
    """How long an incident took."""
    return _lasted(period)


@measure("close_p90", of="incident", within="incidents", revision=2, aggregate="p90", name=("办结用时第90百分位", "90th percentile of time to close"),
         unit=HOURS, counter="closed_share", says=("同上，第90百分位。", "The same at the 90th percentile."))  # fmt: skip
def close_p90(period: Period) -> Rows:
    """How long the slow tenth took at least."""
    return _lasted(period)


def _lasted(period: Period) -> Rows:
    told = opened(period).exclude(closed_at=None).values_list("pk", "opened_at", "closed_at")
    return ((pk, whole_seconds(closed - begun) / 3600) for pk, begun, closed in told.iterator(AT_ONCE) if closed)


@measure(
    "returned_share",
    of="handover",
    aggregate="share",
    name=("退回占比", "Share of hand-overs returned"),
    unit=PERCENT,
    counter="signed_in_time",
    says=("统计期内移交中被退回的比例。", "Of hand-overs in the period, those sent back with a reason."),
)
def returned_share(period: Period) -> Rows:
    """Share of hand-overs that came back."""
    one = Case(When(returned_at__isnull=False, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return Handover.objects.filter(**period.within("at")).annotate(one=one).values_list("pk", "one")


def _in_time(code: str, rule: str, name: tuple[str, str], says: tuple[str, str], counter: str) -> None:
    """Declare the share of a clock's runs that stopped in time."""

    def rows(period: Period) -> Rows:
        return runs_in_time(period, rule)

    rows.__module__ = __name__
    measure(code, of="run", aggregate="share", name=name, unit=PERCENT, says=says, counter=counter)(rows)


def runs_in_time(period: Period, rule: str) -> Rows:
    """Return the stopped runs of a clock that began in a period: 1 in time, 0 late."""
    runs = ClockRun.objects.filter(rule__code=rule, stopped_at__isnull=False, **period.within("started_at"))
    one = Case(When(stopped_at__lte=F("due_at"), then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    return runs.annotate(one=one).values_list("pk", "one")


_SAYS: Callable[[str, str], tuple[str, str]] = lambda zh, en: (  # noqa: E731
    f"统计期内起算、已停止的“{zh}”时限中，按期的比例；未停止的不计入，见制衡指标。",
    f"Of the clocks “{en}” that began in the period and stopped, those in time; for those that did not, see beside.",
)
_in_time(
    "first_step_in_time",
    "first_step",
    ("首次处理按期率", "First step in time"),
    _SAYS("首次处理", "First step"),
    "closed_share",
)
_in_time("signed_in_time", "sign", ("签收按期率", "Signed for in time"), _SAYS("签收", "Sign for"), "returned_share")
_in_time("handled_in_time", "handle", ("办理按期率", "Handled in time"), _SAYS("办理", "Handle"), "satisfied_share")
