"""Measures of what the public says."""

from __future__ import annotations

from django.db.models import Q

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, share
from anlan.voice.models import Satisfaction


@measure(
    "asked",
    of="satisfaction",
    name=("回访件数", "Asked whether it helped"),
    unit=("件", "reports"),
    counter="answered_share",
    says=("按固定抽样规则询问一次，工作人员不能选。", "Asked once by a fixed sampling rule; staff cannot choose."),
)
def asked(period: Period) -> Rows:
    """Count who was asked."""
    return Satisfaction.objects.filter(**period.within("asked_at")).values_list("pk")


@measure("answered_share", of="satisfaction", aggregate="share", name=("应答率", "Share that answered"), unit=PERCENT,
         counter="asked", says=("被询问的上报人中作了选择的比例。", "Of those asked, those who chose."))  # fmt: skip
def answered_share(period: Period) -> Rows:
    """Share of the asked who answered."""
    return share(Satisfaction.objects.filter(**period.within("asked_at")), Q(answered_at__isnull=False))


@measure("satisfied_share", of="satisfaction", within="asked", aggregate="share", name=("问题解决认可率", "Reporters whom it helped"),
         unit=PERCENT, counter="answered_share", says=("作了选择的人中选“有帮助”的比例；“部分有帮助”不算。",
                                                          "Of those who chose, those who chose yes; partly is not yes."))  # fmt: skip
def satisfied_share(period: Period) -> Rows:
    """Share of answers that say it helped."""
    said = Satisfaction.objects.filter(answered_at__isnull=False, **period.within("asked_at"))
    return share(said, Q(helped="yes"))
