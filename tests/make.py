"""Deterministic builders: each makes one thing with plain values, the same on every run."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anlan.core.time.clock import now

if TYPE_CHECKING:
    from anlan.core.models import ApiClient, City, Organisation, Person
    from anlan.core.people.actors import Actor

AT = dt.datetime(2016, 6, 28, 6, 0, tzinfo=dt.UTC)
CITIES = Path(__file__).parent / "cities"
PASSWORD = "small-town-2016"
_numbers = itertools.count(1)


def city(folder: Path | str = "small", *, at: dt.datetime = AT) -> City:
    """Load a city's folder and return the city."""
    from anlan.core.city import folder as cityfolder
    from anlan.core.models import City
    from anlan.core.people.actors import system

    cityfolder.load(CITIES / folder, actor=system("test"), at=at)
    return City.objects.get()


def organisation(code: str = "control", **values: Any) -> Organisation:
    """Return the organisation with this code, made if the city has none such."""
    from anlan.core.models import Organisation

    defaults = {"name": code, "name_en": code, "kind": "works"} | values
    return Organisation.objects.get_or_create(code=code, defaults=defaults)[0]


def person(role: str | None = "analyst", *, username: str | None = None, at: str = "control") -> Person:
    """Return somebody who signs in with `PASSWORD` and holds one role in an organisation."""
    from anlan.core.models import Membership, Person

    one = Person(username=username or f"{role or 'nobody'}-{next(_numbers)}", name="Somebody")
    one.set_password(PASSWORD)
    one.save()
    if role:
        Membership.objects.create(person=one, organisation=organisation(at), role=role)
    return one


def actor(role: str | None = "analyst", **values: Any) -> Actor:
    """Return somebody with a role as an actor."""
    from anlan.core.people.actors import actor_of

    return actor_of(person(role, **values))


def partner(channel: str = "partner", *, at: str = "control") -> tuple[ApiClient, str]:
    """Return a partner system and its key."""
    from anlan.core.models import ApiClient
    from anlan.core.people.keys import new_key

    key, hashed = new_key()
    client = ApiClient.objects.create(
        name=f"partner-{next(_numbers)}", organisation=organisation(at), channel=channel, key_hash=hashed,
        created_at=now(),
    )  # fmt: skip
    return client, key


def report(**told: Any) -> Any:
    """Receive one report and return its row; whatever is not told is a wet street in the small town at `AT`."""
    from anlan.core.people.actors import system
    from anlan.intake.actions import receive_report
    from anlan.intake.models import Report

    at = told.pop("at", AT)
    who = told.pop("actor", None) or system("test")
    values = {"channel": "phone_110", "category": "waterlogging", "lon": 119.97, "lat": 31.76} | told
    return Report.objects.get(pk=receive_report(actor=who, at=at, **values)["report_id"])


def photo(width: int = 32, height: int = 24) -> Any:
    """Return a small photo as the public page hands it on."""
    import io

    from PIL import Image

    from anlan.intake.photos import reencode

    upload = io.BytesIO()
    Image.new("RGB", (width, height), "steelblue").save(upload, "JPEG")
    upload.seek(0)
    return reencode(upload)


def storms(year: int, spots: list[tuple[float, float]], *, days: tuple[int, ...] = (5, 6, 7), each: int = 3) -> None:
    """Receive reports of a year: in each storm (the tenth of a month) some within a few metres of each spot."""
    from anlan.core.people.actors import system
    from anlan.intake.actions import receive_reports

    rows = [
        {
            "channel": "phone_110",
            "category": "waterlogging",
            "lon": lon + 0.0001 * n,
            "lat": lat,
            "received_at": dt.datetime(year, month, 10, 4 + n, place % 60, tzinfo=dt.UTC),
            "source": "storms",
            "source_id": f"{year}-{month}-{place}-{n}",
            "place_words": f"人民路{place}号桥下",
        }
        for month in days
        for place, (lon, lat) in enumerate(spots)
        for n in range(each)
    ]
    answer = receive_reports(rows=rows, actor=system("test"), at=dt.datetime(year, 12, 31, tzinfo=dt.UTC))
    assert not answer["refused"], answer["refused"]


def study(year: int, *, adopt: bool = False, **told: Any) -> Any:
    """Run the study of a year and return it, adopted if asked."""
    from anlan.core.people.actors import system
    from anlan.hotspots.actions import adopt_study, run_now, start_study
    from anlan.hotspots.models import Study

    at = dt.datetime(year + 1, 1, 12, tzinfo=dt.UTC)
    values = {"name": f"Study {year}", "since": dt.date(year, 1, 1), "until": dt.date(year, 12, 31),
              "categories": ["waterlogging"], "parameters": {"min_reports": 3}} | told  # fmt: skip
    pk = start_study(in_background=False, actor=system("test"), at=at, **values)["study"]
    run_now(pk, actor=system("test"), at=at)
    if adopt:
        adopt_study(study_id=pk, actor=system("test"), at=at)
    return Study.objects.get(pk=pk)
