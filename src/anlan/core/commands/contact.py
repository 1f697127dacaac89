"""`anlan contact`: who can be sent word, their consent, and its end."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from anlan.core.operator.setup import DataOption, open_platform, refuse

contact = typer.Typer(add_completion=False, no_args_is_help=True, help="Who can be sent word, and their consent.")
Number = Annotated[int, typer.Argument(help="The contact's number, as `anlan contact list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]
Purposes = Annotated[list[str], typer.Option("--purpose", help="What for; may be given several times.")]


@contact.command()
def add(
    kind: Annotated[str, typer.Option(help="sms, voice, push or mail.")],
    organisation: Annotated[str, typer.Option(help="The organisation's code, for a contact of its post.")] = "",
    post: Annotated[str, typer.Option(help="The organisation's post.")] = "duty",
    person: Annotated[str, typer.Option(help="The log-in of a person who opted in, instead.")] = "",
    language: Annotated[str, typer.Option(help="en or zh-hans.")] = "zh-hans",
    data: DataOption = None,
    json_: Json = False,
) -> None:
    """Add a contact. Its address is read from standard input, so that no list of processes shows it."""
    open_platform(data)
    from anlan.core.messages.contacts import add_contact

    number = add_contact(
        kind=kind, address=sys.stdin.readline().strip(), language=language, organisation=organisation,
        post=post if organisation else "", person_id=_person_id(person) if person else None, **_who(),
    )  # fmt: skip
    typer.echo(json.dumps({"id": number}) if json_ else f"contact {number}; nothing is sent before it consents")


@contact.command()
def consent(
    number: Number,
    purpose: Purposes,
    how: Annotated[str, typer.Option(help="written, spoken, online or post.")],
    data: DataOption = None,
) -> None:
    """Write down that a contact agreed to be sent word for purposes."""
    open_platform(data)
    from anlan.core.messages.contacts import give_consent

    _require(number)
    given = give_consent(contact_id=number, purposes=purpose, how=how, **_who())
    typer.echo(f"contact {number}: {', '.join(given) or 'nothing new'}")


@contact.command()
def withdraw(
    number: Number,
    purpose: Annotated[list[str] | None, typer.Option("--purpose", help="What for; else all of them.")] = None,
    data: DataOption = None,
) -> None:
    """Withdraw a contact's consent; what waits for it is not sent."""
    open_platform(data)
    from anlan.core.messages.contacts import withdraw_consent

    _require(number)
    ended = withdraw_consent(contact_id=number, purposes=purpose or (), **_who())
    typer.echo(f"contact {number}: {', '.join(ended) or 'nothing was in force'}")


@contact.command()
def erase(
    number: Number,
    reason: Annotated[str, typer.Option(help="asked, retention or mistake.")],
    data: DataOption = None,
) -> None:
    """Destroy a contact's address, and what its messages said; the messages and their stamps stay."""
    open_platform(data)
    from anlan.core.messages.contacts import erase_contact

    _require(number)
    erased = erase_contact(contact_id=number, reason=reason, **_who())
    typer.echo(f"contact {number}: {'erased; the worker clears its bytes' if erased else 'was erased before'}")


@contact.command("list")
def list_(data: DataOption = None, json_: Json = False) -> None:
    """List contacts and what they consent to, never an address."""
    open_platform(data)
    from anlan.core.messages.words import addressee
    from anlan.core.models import Contact

    found: list[dict[str, Any]] = [
        {"id": entry.pk, "to": addressee(entry), "kind": entry.kind, "language": entry.language,
         "purposes": sorted(entry.consents.in_force().values_list("purpose", flat=True)),
         "erased": entry.erased_at is not None}
        for entry in Contact.objects.select_related("organisation", "person")
    ]  # fmt: skip
    if json_:
        typer.echo(json.dumps({"contacts": found}, ensure_ascii=False))
        return
    for entry in found:
        purposes = "erased" if entry["erased"] else ", ".join(entry["purposes"]) or "no consent"
        typer.echo(f"{entry['id']:>5} {entry['to']:<24} {entry['kind']:<5} {entry['language']:<8} {purposes}")


def _require(number: int) -> None:
    from anlan.core.models import Contact

    if not Contact.objects.filter(pk=number).exists():
        raise refuse(f"there is no contact {number}; `anlan contact list` shows them")


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
