"""The computing of an estimate: from a frozen question to its content, the same each time."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from anlan import analysis
from anlan.core.city.current import city_zone
from anlan.core.ledger import canonical
from anlan.core.refusals import Refused
from anlan.effect.rules import Sides
from anlan.geo import LocalProjection
from anlan.hotspots.computation import EPOCH, Input, moment, study_input
from anlan.hotspots.models import SiteVersion, Study


@dataclass(frozen=True)
class Question:
    """Everything that an estimate rests on; `position` says up to where the ledger was read."""

    study: int
    since: dt.date
    until: dt.date
    measure_at: dt.date
    sides: Sides
    seed: int
    position: int


def compute(question: Question) -> dict[str, Any]:
    """Return an estimate's content as plain values, and `content_hash` over all of it."""
    study = Study.objects.get(pk=question.study)
    basis = reports_of(study, question.since, question.until, question.position)
    if not basis.rows:
        raise Refused("no_reports_in_days", "since")
    return frozen(question, _content(study, question, basis))


def frozen(question: Question, content: dict[str, Any]) -> dict[str, Any]:
    """Return a content with the hash over all of it and its question."""
    asked = asdict(question) | {"since": str(question.since), "until": str(question.until),
                                "measure_at": str(question.measure_at)}  # fmt: skip
    return content | {"content_hash": hash_of({"question": asked, "content": content})}


def hash_of(value: Any) -> str:
    """Return the hash of a plain value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def reports_of(study: Study, since: dt.date, until: dt.date, position: int) -> Input:
    """Read the reports of the study's kind and area in these days, as they stood at the position."""
    asked = Study(subject=study.subject, area_id=study.area_id, since=since, until=until, position=position)
    return study_input(asked)


def _content(study: Study, question: Question, basis: Input) -> dict[str, Any]:
    radius_m, gap_h = _parameters(study)
    plane = LocalProjection.around(*(np.array([getattr(row, name) for row in basis.rows]) for name in ("lon", "lat")))
    events = analysis.Events(*plane.forward([row.lon for row in basis.rows], [row.lat for row in basis.rows]),
                    [row.day for row in basis.rows])  # fmt: skip
    sites = [*question.sides.treated, *question.sides.controls]
    places = _places(study)
    x, y = plane.forward(*np.array([places[site] for site in sites], dtype=float).T)
    day = _first_moment(question.measure_at)
    table = analysis.failures_of(events, x=x, y=y, since=day, radius_m=radius_m, episode_gap_h=gap_h)
    treated = np.arange(len(sites)) < len(question.sides.treated)
    found = analysis.before_after(table, treated=treated, seed=question.seed)
    return _plain(found) | {
        "storms": _storms(events, day, gap_h),
        "reports": len(basis.rows),
        "input_hash": basis.hash,
    }


def _plain(found: analysis.EffectEstimate) -> dict[str, Any]:
    same = ("verdict", "rows", "failures", "places_used", "treated_used", "before_storms", "after_storms",
            "effective_after_storms")  # fmt: skip
    return {name: getattr(found, name) for name in same} | {
        **{name: _rounded(getattr(found, name)) for name in ("ratio", "low", "high")},
        "revision": found.revision,
        "sentence_en": found.sentence("en"),
        "sentence_zh": found.sentence("zh"),
        "reason": found.reason or "",
        "warnings": list(found.warnings),
    }


def _storms(events: analysis.Events, day: float, gap_h: float) -> list[dict[str, str]]:
    """Name each storm with its first and last report and on which side of the measure it fell."""

    def side(first: float, last: float) -> str:
        return "before" if last < day else "after" if first >= day else "spans"

    found, _of = analysis.find_episodes(events.day, episode_gap_h=gap_h)
    return [{"first": moment(storm.first_day), "last": moment(storm.last_day),
             "when": side(storm.first_day, storm.last_day)} for storm in found]  # fmt: skip


def _places(study: Study) -> dict[int, tuple[float, float]]:
    """Return where each site of an adopted study lies."""
    versions = SiteVersion.objects.filter(study=study, place__isnull=False).select_related("site", "place")
    return {version.site.number: (version.place.lon, version.place.lat) for version in versions if version.place}


def _parameters(study: Study) -> tuple[float, float]:
    """Return how near a report means a failure (m), and what gap (h) parts storms: as the study had them."""
    frozen = json.loads(study.parameters)
    return float(frozen["radius_m"]), float(frozen["episode_gap_h"])


def _first_moment(day: dt.date) -> float:
    start = dt.datetime.combine(day, dt.time(), city_zone())
    return (start - EPOCH) / dt.timedelta(days=1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
