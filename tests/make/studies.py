"""Studies of a year."""

from __future__ import annotations

import datetime as dt
from typing import Any

from anlan.core.people.actors import system
from anlan.hotspots.actions import adopt_study, run_now, start_study
from anlan.hotspots.models import Study


def study(year: int, *, adopt: bool = False, **values: Any) -> Study:
    """Run the study of a year and return it, adopted if asked."""
    me, at = system("test"), dt.datetime(year + 1, 1, 12, tzinfo=dt.UTC)
    asked = {"name": f"Study {year}", "since": dt.date(year, 1, 1), "until": dt.date(year, 12, 31),
             "categories": ["waterlogging"], "parameters": {"min_reports": 3}} | values  # fmt: skip
    pk = start_study(in_background=False, actor=me, at=at, **asked)["study"]
    run_now(pk, actor=me, at=at)
    if adopt:
        adopt_study(study_id=pk, actor=me, at=at)
    return Study.objects.get(pk=pk)
