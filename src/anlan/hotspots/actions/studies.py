"""Studies: frozen and asked for, computed, and stored with the places that they found."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from anlan.analysis.revisions import REVISIONS
from anlan.core import jobs, ledger
from anlan.core.city.current import city_zone
from anlan.core.ledger import canonical
from anlan.core.ledger.verbs import verb
from anlan.core.models import Area
from anlan.core.people.actors import Actor
from anlan.core.refusals import Refused
from anlan.hotspots import rules
from anlan.hotspots.access import WRITES
from anlan.hotspots.computation import Input, compute, content_hash, parsed
from anlan.hotspots.models import PlaceReport, Study, StudyPlace
from anlan.intake.models import Category, Report, ReportPersonal

METHOD = "recurrent_places"
JOB = "hotspots.study"
DEFAULTS: dict[str, Any] = {"radius_m": 100.0, "min_episodes": 2, "episode_gap_h": 24.0, "min_reports": None, "seed": 0}


@verb("hotspots.start_study")
def start_study(
    *,
    name: str,
    since: dt.date,
    until: dt.date,
    categories: Sequence[str],
    area: str | None = None,
    parameters: dict[str, Any] | None = None,
    in_background: bool = True,
    actor: Actor,
    at: dt.datetime,
    key: str | None = None,
) -> dict[str, Any]:
    """Freeze what will be studied: period, categories, area, parameters and the ledger's position; ask for the run."""
    actor.require(*WRITES)
    rules.require_period(since, until, at.astimezone(city_zone()).date())
    frozen = DEFAULTS | {name: value for name, value in (parameters or {}).items() if value is not None}
    rules.require_parameters(frozen)
    study = Study.objects.create(
        name=name.strip()[:120] or f"{since} – {until}",
        subject="+".join(_known_categories(categories)),
        area=_known_area(area),
        since=since,
        until=until,
        position=ledger.head_position(),
        revision=REVISIONS[METHOD],
        parameters=canonical(frozen),
        created_at=at,
    )
    if in_background:
        study.job_id = jobs.enqueue(JOB, {"study": study.pk}, key=f"study:{study.pk}", actor=actor)
        study.save(update_fields=["job_id"])
    payload = {"since": str(since), "until": str(until), "categories": study.categories, "area": area,
               "position": study.position, "revision": study.revision, "parameters": frozen}  # fmt: skip
    ledger.append("hotspots.study_started", actor=actor, at=at, subject=f"study:{study.pk}", payload=payload)
    return {"study": study.pk}


def run_now(study_id: int, *, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Compute a started study here and now, then store it."""
    basis, outcome = compute(Study.objects.get(pk=study_id))
    return finish_study(study_id=study_id, basis=basis, outcome=outcome, actor=actor, at=at)


@verb("hotspots.finish_study")
def finish_study(*, study_id: int, basis: Input, outcome: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Store what a study found, frozen under its hash."""
    study = Study.objects.select_for_update().get(pk=study_id)
    if study.state == Study.State.FINISHED:
        return {"study": study.pk, "sites": study.sites, "content_hash": study.content_hash}
    found = json.loads(outcome)
    study.state, study.finished_at, study.error = Study.State.FINISHED, at, ""
    study.reports, study.sites = len(basis.rows), len(found["places"])
    study.input_hash, study.outcome, study.content_hash = basis.hash, outcome, content_hash(outcome)
    study.save()
    read = _store_places(study, found["places"])
    payload = {"reports": study.reports, "sites": study.sites, "input": basis.hash, "content": study.content_hash,
               "place_words_read": read, "purpose": "label"}  # fmt: skip
    ledger.append("hotspots.study_finished", actor=actor, at=at, subject=f"study:{study.pk}", payload=payload)
    return {"study": study.pk, "sites": study.sites, "content_hash": study.content_hash}


@verb("hotspots.fail_study")
def fail_study(*, study_id: int, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Note that a study did not come to an end."""
    study = Study.objects.select_for_update().get(pk=study_id)
    if study.state != Study.State.RUNNING:
        return
    study.state, study.error = Study.State.FAILED, reason[:500]
    study.save(update_fields=["state", "error"])
    ledger.append("hotspots.study_failed", actor=actor, at=at, subject=f"study:{study.pk}", payload={})


def _store_places(study: Study, places: list[dict[str, Any]]) -> int:
    """Store the places with the reports behind them; return how many place words were read for their labels."""
    ids, words = _behind([number for place in places for number, _ in place["members"]])
    members = []
    for place in places:
        stored = StudyPlace.objects.create(
            study=study, first_at=parsed(place["first"]), last_at=parsed(place["last"]),
            label=rules.shared_label([words.get(ids[number], "") for number, _ in place["members"]]),
            **{name: place[name] for name in ("rank", "lon", "lat", "radius_m", "reports", "episodes", "chance")},
        )  # fmt: skip
        members += [
            PlaceReport(place=stored, report_id=ids[number], episode=episode) for number, episode in place["members"]
        ]
    PlaceReport.objects.bulk_create(members, batch_size=2000)
    return len(words)


def _behind(numbers: list[str]) -> tuple[dict[str, int], dict[int, str]]:
    """Return the ids of reports by their numbers, and their place words by id."""
    ids: dict[str, int] = {}
    words: dict[int, str] = {}
    for start in range(0, len(numbers), 900):
        found = dict(Report.objects.filter(number__in=numbers[start : start + 900]).values_list("number", "pk"))
        personal = ReportPersonal.objects.filter(report_id__in=found.values())
        words |= dict(personal.values_list("report_id", "place_words"))
        ids |= found
    return ids, words


def _known_categories(codes: Sequence[str]) -> list[str]:
    groups = dict(Category.objects.filter(code__in=codes).values_list("code", "group"))
    missing = sorted(set(codes) - set(groups))
    if missing or not codes:
        known = ", ".join(Category.objects.values_list("code", flat=True))
        if missing:
            raise Refused("unknown_study_category", "categories", codes=", ".join(missing), known=known)
        raise Refused("study_category_missing", "categories", known=known)
    rules.require_analysable(groups)
    return sorted(groups)


def _known_area(code: str | None) -> Area | None:
    if not code:
        return None
    found = Area.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Area.objects.order_by("code").values_list("code", flat=True)[:40])
        raise Refused("unknown_study_area", "area", code=code, known=known)
    return found
