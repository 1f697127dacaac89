"""Every write of hotspots, by noun."""

from __future__ import annotations

from anlan.hotspots.actions.sites import adopt_study
from anlan.hotspots.actions.studies import fail_study, finish_study, run_now, start_study

__all__ = ["adopt_study", "fail_study", "finish_study", "run_now", "start_study"]
