"""The people of the demonstration, one for each role, and their log-ins."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Final

from anlan.city.demo.progress import ACTOR, BEGINS
from anlan.core.models import Person
from anlan.core.people.actions import add_person
from anlan.core.people.roles import Role

POSTS: Final[dict[str, str]] = {  # where each role of the demonstration works
    Role.OFFICER: "drainage",
    Role.VERIFIER: "water",
    Role.SUPERVISOR: "government",
    Role.LEADER: "government",
    Role.PUBLISHER: "government",
    Role.AUDITOR: "government",
}


def people(data: Path) -> dict[str, str]:
    """Make one person for each role, with passwords made for this data directory and kept in a file of its own."""
    path = data / "demo-logins.json"
    held: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    missing = [role for role in Role.values if role not in held]
    if missing:
        held |= {role: f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}" for role in missing}
        part = path.with_name(f"{path.name}.part")  # a build that is killed here leaves no half file
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(held, file, indent=1)
        part.replace(path)
    for role in [role for role in Role.values if not Person.objects.filter(username=role).exists()]:
        post = POSTS.get(role, "command")
        add_person(username=role, name="", password=held[role], role=role, organisation=post, actor=ACTOR, at=BEGINS)
    return held
