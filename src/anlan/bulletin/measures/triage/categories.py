"""Measures of incidents by their category."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from anlan.bulletin.figures.measure import Absent, Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.triage.incidents import INCIDENTS, are, opened, unknown

PROPERTY = ("theft", "ebike_theft", "robbery", "fraud")


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
        return Absent.NO_CATEGORY if unknown(codes) else opened(period).filter(are(*codes)).values_list("pk")

    says = (f"核定类别（未核定的按接报类别）属于{name[0]}的事件。{note[0]}",
            f"Incidents whose confirmed category, or until then that at the call, is {name[1].lower()}.{note[1]}")  # fmt: skip
    rows.__module__ = __name__
    measure(code, of="incident", name=name, unit=INCIDENTS, says=says, counter=counter, revision=2,
            parts=parts, within=within)(rows)  # fmt: skip


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
