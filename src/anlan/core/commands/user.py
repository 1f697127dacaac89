"""`anlan user`: people, their roles, and keys of partner systems."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse, say
from anlan.core.people.roles import Role

user = typer.Typer(add_completion=False, no_args_is_help=True, help="People, their roles, and keys of partner systems.")
Username = Annotated[str, typer.Argument(help="The log-in.", show_default=False)]
ROLES = ", ".join(Role.values)
RoleOption = Annotated[str, typer.Option("--role", help=f"One of: {ROLES}.")]
Body = Annotated[
    str,
    typer.Option(
        "--organisation",
        help="The organisation's code; else the control room for the desk, the city's first one for those who work for"
        " all of it. An officer and a verifier need one.",
    ),
]
PartnerBody = Annotated[str, typer.Option("--organisation", help="The organisation's code; else the city's first one.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@user.command()
def add(
    username: Username,
    role: RoleOption,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    organisation: Body = "",
    language: Annotated[str, typer.Option(help="en or zh-hans; else the browser's.")] = "",
    password_stdin: Stdin = False,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Add somebody who signs in; without --password-stdin a password is made and shown once."""
    open_platform(data)
    from anlan.core.people import actions as people

    password, made = _password(password_stdin)
    person_id = people.add_person(
        username=username, name=name, password=password, role=role, organisation=organisation, language=language,
        **_who(),
    )  # fmt: skip
    _answer({"id": person_id, "username": username, "role": role} | ({"password": password} if made else {}), json_)


@user.command()
def role(
    username: Username,
    role: RoleOption,
    organisation: Body = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the role away.")] = False,
    data: DataOption = None,
) -> None:
    """Give a person one more role, or take it away."""
    open_platform(data)
    from anlan.core.people import actions as people

    change = people.revoke if remove else people.grant
    change(person_id=_person_id(username), role=role, organisation=organisation, **_who())
    say(f"{username}: {role} {'taken away' if remove else 'given'}")


@user.command()
def password(username: Username, password_stdin: Stdin = False, data: DataOption = None, json_: Json = False) -> None:
    """Set a new password; without --password-stdin one is made and shown once."""
    open_platform(data)
    from anlan.core.people import actions as people

    secret, made = _password(password_stdin)
    people.set_password(person_id=_person_id(username), password=secret, **_who())
    _answer({"username": username, **({"password": secret} if made else {})}, json_)


@user.command()
def key(
    name: Annotated[str, typer.Argument(help="The partner system's name.", show_default=False)],
    organisation: PartnerBody = "",
    channel: Annotated[str, typer.Option(help="The channel of its reports: partner, sensor, import, ...")] = "partner",
    renew: Annotated[bool, typer.Option("--renew", help="A new key for a system that has one.")] = False,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Make a key for a partner system; it is shown this once, and only its hash is kept."""
    open_platform(data)
    from anlan.core.people import actions as people

    if renew:
        made = people.renew_key(name=name, **_who())
    else:
        made = people.add_partner(name=name, organisation=organisation, channel=channel, **_who())
    _answer({"name": name, **made}, json_)


@user.command("list")
def list_(data: DataOption = None, json_: Json = False) -> None:
    """List who signs in, with their roles, and the partner systems."""
    open_platform(data)
    from anlan.core.models import ApiClient, Person

    people: list[dict[str, Any]] = [
        {"username": entry.username, "active": entry.is_active, "roles": sorted(entry.roles)}
        for entry in Person.objects.order_by("username")
    ]
    partners: list[dict[str, Any]] = list(ApiClient.objects.order_by("name").values("name", "channel", "active"))  # type: ignore[arg-type]
    if json_:
        typer.echo(json.dumps({"people": people, "partners": partners}, ensure_ascii=False))
        return
    for entry in people:
        typer.echo(f"{entry['username']:<20} {', '.join(entry['roles'])}{'' if entry['active'] else ' (off)'}")
    for entry in partners:
        typer.echo(f"{entry['name']:<20} partner system, {entry['channel']}{'' if entry['active'] else ' (off)'}")


def _password(from_stdin: bool) -> tuple[str, bool]:
    from anlan.core.people.actions import new_password

    return (sys.stdin.readline().rstrip("\n"), False) if from_stdin else (new_password(), True)


def _person_id(username: str) -> int:
    from anlan.core.models import Person

    found = Person.objects.filter(username__iexact=username).first()
    if found is None:
        raise refuse(f"nobody signs in as {username!r}; `anlan user list` shows who does")
    return found.pk


def _who() -> dict[str, Any]:
    from anlan.core.people.actors import system
    from anlan.core.time.clock import now

    return {"actor": system("cli"), "at": now()}


def _answer(answer: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    for name, value in answer.items():
        typer.echo(f"{name}: {value}")
