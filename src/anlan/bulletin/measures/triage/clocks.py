"""Measures of the clocks of the desk and of holders: which of those that stopped did so in time."""

from __future__ import annotations

from anlan.bulletin.measures.shares import runs_in_time


def _in_time(code: str, rule: str, name: tuple[str, str], clock: tuple[str, str], counter: str) -> None:
    zh, en = clock
    says = (
        f"统计期内起算、已停止的“{zh}”时限中，按期的比例；未停止的不计入，见制衡指标。",
        f'Of the clocks "{en}" that began in the period and stopped, those in time; for those that did not, see beside.',
    )
    runs_in_time(code, rule, stage=__name__, name=name, says=says, counter=counter)


_in_time(
    "first_step_in_time",
    "first_step",
    ("首次处理按期率", "First step in time"),
    ("首次处理", "First step"),
    "closed_share",
)
_in_time("signed_in_time", "sign", ("签收按期率", "Signed for in time"), ("签收", "Sign for"), "returned_share")
_in_time("handled_in_time", "handle", ("办理按期率", "Handled in time"), ("办理", "Handle"), "satisfied_share")
