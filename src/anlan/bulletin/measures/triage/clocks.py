"""Measures of the clocks of the desk and of holders: which of those that stopped did so in time."""

from __future__ import annotations

from anlan.bulletin.figures.measure import Rows, measure
from anlan.bulletin.figures.period import Period
from anlan.bulletin.measures.shares import PERCENT, runs_in_time


def _in_time(code: str, rule: str, name: tuple[str, str], says: tuple[str, str], counter: str) -> None:
    """Declare the share of a clock's runs that stopped in time."""

    def rows(period: Period) -> Rows:
        return runs_in_time(period, rule)

    rows.__module__ = __name__
    measure(code, of="run", aggregate="share", name=name, unit=PERCENT, says=says, counter=counter)(rows)


def _says(zh: str, en: str) -> tuple[str, str]:
    return (
        f"统计期内起算、已停止的“{zh}”时限中，按期的比例；未停止的不计入，见制衡指标。",
        f'Of the clocks "{en}" that began in the period and stopped, those in time; for those that did not, see beside.',
    )


_in_time(
    "first_step_in_time",
    "first_step",
    ("首次处理按期率", "First step in time"),
    _says("首次处理", "First step"),
    "closed_share",
)
_in_time("signed_in_time", "sign", ("签收按期率", "Signed for in time"), _says("签收", "Sign for"), "returned_share")
_in_time("handled_in_time", "handle", ("办理按期率", "Handled in time"), _says("办理", "Handle"), "satisfied_share")
