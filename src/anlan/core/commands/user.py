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
RoleOption = Annotated[str, typer.Option("--role", help=f"One of: {ROLES}; `anlan user roles` says what each may do.")]
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


@user.command("reset-link")
def reset_link(username: Username, data: DataOption = None, json_: Json = False) -> None:
    """Make a link by which somebody sets a new password once, within a day; hand it to them yourself."""
    open_platform(data)
    from django.conf import settings

    from anlan.core.people.passwords import make_reset_link

    path = make_reset_link(person_id=_person_id(username), **_who())
    here = next(iter(settings.CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
    _answer({"username": username, "link": f"{here}{path}"}, json_)


@user.command("end-sessions")
def end_sessions(username: Username, data: DataOption = None) -> None:
    """End every session of a person; they sign in again."""
    open_platform(data)
    from anlan.core.people import sign_ins

    count = sign_ins.end_sessions(person_id=_person_id(username), **_who())
    say(f"{username}: {count} sessions ended")


@user.command("remove-factors")
def remove_factors(username: Username, data: DataOption = None) -> None:
    """Take the second factor from somebody who lost it: app, passkeys and codes on paper."""
    open_platform(data)
    from anlan.core.people import factors

    count = factors.remove_factors(person_id=_person_id(username), **_who())
    say(f"{username}: {count} factors removed")


@user.command("sign-ins")
def sign_ins(
    username: Username,
    origins: Annotated[bool, typer.Option("--origins", help="Open from where; an entry of the ledger.")] = False,
    last: Annotated[int, typer.Option(help="How many, the latest first.", min=1)] = 20,
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """List a person's log-ins and those that failed; with --origins also network address and browser."""
    open_platform(data)
    from anlan.core.models import SignIn
    from anlan.core.people.sign_ins import read_origins
    from anlan.core.sealed.purposes import Purpose

    rows = list(SignIn.objects.filter(person_id=_person_id(username)).order_by("-pk")[:last])
    opened = read_origins(sign_in_ids=[row.pk for row in rows], purpose=Purpose.AUDIT, **_who()) if origins else {}
    found: list[dict[str, Any]] = [
        {"at": row.at.isoformat(), "method": row.method, "factor": row.factor, "failed": row.failed,
         "ended": row.ended_at is not None, "device": row.device, **opened.get(row.pk, {})}
        for row in rows
    ]  # fmt: skip
    if json_:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in found:
        typer.echo("  ".join(str(value) for name, value in row.items() if name not in {"failed", "ended"} and value)
                   + ("  failed" if row["failed"] else ""))  # fmt: skip


@user.command("erase-origins")
def erase_origins(
    username: Annotated[str, typer.Argument(help="The log-in; else everybody's.", show_default=False)] = "",
    older_than_days: Annotated[int, typer.Option(help="Only of log-ins before that; 0 for all.", min=0)] = 0,
    data: DataOption = None,
) -> None:
    """Erase from where log-ins came: of one person who asked for it, or of all that are old enough."""
    open_platform(data)
    from datetime import timedelta

    from anlan.core.people import sign_ins
    from anlan.core.sealed.purposes import ErasureReason

    if not username and not older_than_days:
        raise refuse("name a person, or how old the log-ins must be (--older-than-days)")
    who = _who()
    count = sign_ins.erase_origins(
        person_id=_person_id(username) if username else None,
        before=who["at"] - timedelta(days=older_than_days) if older_than_days else None,
        reason=ErasureReason.ASKED if username else ErasureReason.RETENTION, **who,
    )  # fmt: skip
    say(f"erased from where {count} log-ins came")


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


@user.command("roles")
def roles(json_: Json = False) -> None:
    """List the roles, each with what it may do."""
    from anlan.core.people.roles import MAY

    if json_:
        typer.echo(json.dumps({role.value: may for role, may in MAY.items()}))
        return
    for role, may in MAY.items():
        typer.echo(f"{role.value:<12} {may}")


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
