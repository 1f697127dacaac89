"""The people of the demonstration, one for each role, three crews, and their log-ins."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from pathlib import Path
from typing import Final

from anlan.city.demo.progress import ACTOR, BEGINS
from anlan.core.models import Person
from anlan.core.people.actions import add_person
from anlan.core.people.roles import Role
from anlan.dispatch.actions import give_unit
from anlan.dispatch.models import Assignment, Unit

POSTS: Final[dict[str, str]] = {  # where each role of the demonstration works
    Role.OFFICER: "drainage",
    Role.VERIFIER: "water",
    Role.SUPERVISOR: "government",
    Role.LEADER: "government",
    Role.PUBLISHER: "government",
    Role.AUDITOR: "government",
}


CREWS: Final[dict[str, tuple[str, str]]] = {  # a crew's log-in: its organisation, and the kind of its unit
    "crew_fire": ("fire", Unit.Kind.FIRE),
    "crew_patrol": ("police", Unit.Kind.PATROL),
    "crew_works": ("drainage", Unit.Kind.WORKS),
}


def people(data: Path) -> dict[str, str]:
    """Make one person for each role and one log-in for each crew, with passwords kept in a file of its own."""
    path = data / "demo-logins.json"
    held: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    logins = [*Role.values, *CREWS]
    missing = [role for role in logins if role not in held]
    if missing:
        held |= {role: f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for role in missing}
        part = path.with_name(f"{path.name}.part")  # a build that is killed here leaves no half file
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(held, file, indent=1)
        part.replace(path)
    for login in [login for login in logins if not Person.objects.filter(username=login).exists()]:
        post = CREWS[login][0] if login in CREWS else POSTS.get(login, "command")
        role = Role.OFFICER if login in CREWS else login
        add_person(username=login, name="", password=held[login], role=role, organisation=post, actor=ACTOR, at=BEGINS)
    return held


def man_units(at: dt.datetime) -> None:
    """Give each crew's log-in a unit, once: one that is out, where there is one, so that something is open for it."""
    for login, (house, kind) in CREWS.items():
        person = Person.objects.get(username=login)
        units = Unit.objects.filter(organisation__code=house, kind=kind, active=True)
        out = units.filter(assignments__in=Assignment.objects.open())
        unit = out.order_by("-assignments__dispatched_at").first() or units.order_by("code").first()
        if unit is not None and not person.units.exists():
            give_unit(person_id=person.pk, unit=unit.code, actor=ACTOR, at=at)
