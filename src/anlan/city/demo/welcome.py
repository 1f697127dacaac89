"""What `anlan demo` prints: the address, the log-ins, and what to look at first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


def show(logins: dict[str, str], address: str, data: Path, stands: dt.datetime) -> list[str]:
    """Return the lines, English and Chinese where a newcomer needs both."""
    width = max(len(role) for role in logins)
    return [
        "",
        f"  Anlan 安澜: the simulated reference city, in {data}",
        f"  It stands at {stands:%Y-%m-%d %H:%M} and lives on from there while it is served   模拟时间，服务期间照常走",
        f"  {address}   a citizen's page, no log-in 市民上报",
        f"  {address}/login/   with one of these (made for this data directory; kept in demo-logins.json):",
        *[f"      {role:<{width}}   {password}" for role, password in logins.items()],
        "",
        "  What to look at first 先看什么:",
        "   1. as leader: /overview/, this morning beside the usual, clocks, lists   领导：今早与常态",
        "   2. as dispatcher: /console/, an icy hour, units under way, n and 1 to 8   调度员：指挥台，正在处置的事件",
        "   3. as officer: /problems/, to be signed for, due this week, late   经办人：待签收、到期、逾期",
        "      as crew_fire, on a telephone: its open assignment, one large button   消防车组：手机上的处警页",
        "   4. as call_taker: /calls/new, hands on the keyboard   接线员：全键盘录入",
        "   5. as analyst: the study of 2016 beside the adopted one of 2015; then Adopt   分析员：对比两年研判，再采用",
        "   6. as leader: /overview/?day=2016-06-28, the day of the great storm   领导：大暴雨当日总览",
        "   7. no log-in: /bulletins/ , the year's figures, down to their definitions   无需登录：年度公报",
        f"   8. anlan bulletin verify --data {data}   重算公报的每一个数",
        f"   9. anlan ledger verify --data {data}   审计：核验账本",
        "",
    ]
