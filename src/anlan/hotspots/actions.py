"""The verbs of studies and sites."""

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
from anlan.core.models import Area, City
from anlan.core.people.actors import Actor
from anlan.core.people.roles import Role
from anlan.core.series import Series
from anlan.hotspots import rules
from anlan.hotspots.computation import Input, compute, content_hash
from anlan.hotspots.models import PlaceReport, Site, SiteVersion, Study, StudyPlace
from anlan.hotspots.queries.numbers import last_adopted, proposed
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
    actor.require(Role.ANALYST, Role.SUPERVISOR)
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
    told = {"since": str(since), "until": str(until), "categories": study.categories, "area": area,
            "position": study.position, "revision": study.revision, "parameters": frozen}  # fmt: skip
    ledger.append("hotspots.study_started", actor=actor, at=at, subject=f"study:{study.pk}", payload=told)
    return {"study": study.pk}


def run_now(study_id: int, *, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Compute a started study here and now, then store it."""
    told, outcome = compute(Study.objects.get(pk=study_id))
    return finish_study(study_id=study_id, told=told, outcome=outcome, actor=actor, at=at)


@verb("hotspots.finish_study")
def finish_study(*, study_id: int, told: Input, outcome: str, actor: Actor, at: dt.datetime) -> dict[str, Any]:
    """Store what a study found, frozen under its hash."""
    study = Study.objects.select_for_update().get(pk=study_id)
    if study.state == Study.State.FINISHED:
        return {"study": study.pk, "sites": study.sites, "content_hash": study.content_hash}
    found = json.loads(outcome)
    study.state, study.finished_at, study.error = Study.State.FINISHED, at, ""
    study.reports, study.sites = len(told.rows), len(found["places"])
    study.input_hash, study.outcome, study.content_hash = told.hash, outcome, content_hash(outcome)
    study.save()
    read = _store_places(study, found["places"])
    payload = {"reports": study.reports, "sites": study.sites, "input": told.hash, "content": study.content_hash,
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


@verb("hotspots.adopt_study")
def adopt_study(*, study_id: int, actor: Actor, at: dt.datetime, key: str | None = None) -> dict[str, Any]:
    """Make a study's places the city's sites and give them numbers; what was adopted stays."""
    actor.require(Role.ANALYST, Role.SUPERVISOR)
    list(City.objects.select_for_update(no_key=True).all())  # one adoption at a time, the first too
    study = Study.objects.select_for_update(no_key=True).get(pk=study_id)
    if study.adopted_at is not None:
        return _adopted(study)
    if study.state != Study.State.FINISHED:
        raise rules.StudyRefused("only a finished study can be adopted")
    last = last_adopted(study)
    rules.require_adoptable(study.since, study.until, (last.since, last.until) if last else None)
    numbering = proposed(study)
    _give_numbers(study, numbering)
    study.adopted_at = at
    study.save(update_fields=["adopted_at"])
    payload = {"content": study.content_hash, "changes": numbering.counts()}
    ledger.append("hotspots.study_adopted", actor=actor, at=at, subject=f"study:{study.pk}", payload=payload)
    return _adopted(study)


def _adopted(study: Study) -> dict[str, Any]:
    changes = list(study.site_versions.values_list("change", flat=True))
    return {
        "study": study.pk,
        "sites": study.sites,
        "changes": {name: changes.count(name) for name in sorted(set(changes))},
    }


def _give_numbers(study: Study, numbering: rules.Numbering) -> None:
    sites = {site.number: site for site in Site.objects.filter(subject=study.subject)}
    following = iter(Series("S").take(sum(1 for number, _ in numbering.of_place.values() if number is None)))
    versions, site_of = [], {}
    for place in study.places.order_by("rank"):
        number, change = numbering.of_place[place.rank]
        if number is None:
            number = next(following)
            sites[number] = Site.objects.create(number=number, subject=study.subject)
        site_of[place.rank] = sites[number]
        versions.append(SiteVersion(site=sites[number], study=study, place=place, change=change))
    for number, (change, heir) in numbering.of_site.items():
        versions.append(SiteVersion(site=sites[number], study=study, place=None, change=change))
        if change == "merged" and heir is not None:
            Site.objects.filter(pk=sites[number].pk).update(merged_into=sites[heir])
    SiteVersion.objects.bulk_create(versions)


def _store_places(study: Study, places: list[dict[str, Any]]) -> int:
    """Store the places with the reports behind them; return how many place words were read for their labels."""
    numbers = [number for place in places for number, _ in place["members"]]
    ids: dict[str, int] = {}
    for start in range(0, len(numbers), 900):
        ids |= dict(Report.objects.filter(number__in=numbers[start : start + 900]).values_list("number", "pk"))
    words: dict[int, str] = {}
    for start in range(0, len(numbers), 900):
        chunk = [ids[number] for number in numbers[start : start + 900]]
        words |= dict(ReportPersonal.objects.filter(report_id__in=chunk).values_list("report_id", "place_words"))
    members = []
    for place in places:
        row = StudyPlace.objects.create(
            study=study, first_at=parsed(place["first"]), last_at=parsed(place["last"]),
            label=rules.shared_label([words.get(ids[number], "") for number, _ in place["members"]]),
            **{name: place[name] for name in ("rank", "lon", "lat", "radius_m", "reports", "episodes", "chance")},
        )  # fmt: skip
        members += [
            PlaceReport(place=row, report_id=ids[number], episode=episode) for number, episode in place["members"]
        ]
    PlaceReport.objects.bulk_create(members, batch_size=2000)
    return len(words)


def parsed(text: str) -> dt.datetime:
    """Read a moment as an outcome keeps it."""
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=dt.UTC)


def _known_categories(codes: Sequence[str]) -> list[str]:
    groups = dict(Category.objects.filter(code__in=codes).values_list("code", "group"))
    missing = sorted(set(codes) - set(groups))
    if missing or not codes:
        known = ", ".join(Category.objects.values_list("code", flat=True))
        raise rules.StudyRefused(
            f"no category {', '.join(missing) or '(none given)'}; there are: {known}", "categories"
        )
    rules.require_analysable(groups)
    return sorted(groups)


def _known_area(code: str | None) -> Area | None:
    if not code:
        return None
    found = Area.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(Area.objects.order_by("code").values_list("code", flat=True)[:40])
        raise rules.StudyRefused(f"no area {code}; there are: {known}", "area")
    return found
