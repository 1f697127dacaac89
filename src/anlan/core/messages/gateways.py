"""Gateways take messages out of the house: simulated, mail by SMTP, and HTTP for the rest; none unless it is set."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from anlan.core.city.current import city
from anlan.core.ledger import canonical
from anlan.core.models import Contact
from anlan.env import SIMULATED

WAIT_S = 10.0
LARGEST = 100_000
SHUT = {401, 403, 404}  # of HTTP's 4xx: it knows neither us nor the path, whatever the message is
PASSING = {408, 425, 429} | SHUT  # the same request may go through later
LASTING = range(550, 560)  # of SMTP's answers about an address: not there, not taken; others are about the moment
log = logging.getLogger("anlan.messages")


@dataclass(frozen=True)
class Outgoing:
    """A message as a gateway gets it; `reference` is the same however often it is sent."""

    reference: str
    kind: str
    address: str = field(repr=False)
    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True)
class Receipt:
    """What a gateway answers at once: its own number of the message, if it has one."""

    number: str = ""


class Gateway(Protocol):
    """Something that sends."""

    @property
    def name(self) -> str:
        """What the message's row says took it."""
        ...

    def send(self, message: Outgoing) -> Receipt:
        """Hand a message over, or raise `GatewayFailed`; the same reference again is the same message."""
        ...


class GatewayFailed(Exception):
    """A gateway did not take a message; a code says why, never the address or what the gateway answered."""

    def __init__(self, code: str, *, lasting: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.lasting = lasting  # asking again gives the same answer


@dataclass(frozen=True)
class Simulated:
    """Writes one line a message to a file of the data directory, without the address: it may be kept and read."""

    path: Path
    name: str = SIMULATED

    def send(self, message: Outgoing) -> Receipt:
        """Write the message down once."""
        line = canonical({"reference": message.reference, "kind": message.kind, "language": message.language,
                          "subject": message.subject, "text": message.text})  # fmt: skip
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if message.reference not in _references(self.path, file):
                file.write(f"{line}\n".encode())
        return Receipt(f"simulated-{message.reference[:8]}")


@dataclass
class _Written:
    """What this process knows of a simulated gateway's file: its inode, how far it was read, which references."""

    inode: int
    until: int = 0
    references: set[str] = field(default_factory=set)


_WRITTEN: dict[Path, _Written] = {}


def _references(path: Path, file: IO[bytes]) -> set[str]:
    """Return the references that a locked file holds; only what was added since the last look is read."""
    inode, size = (stat := os.fstat(file.fileno())).st_ino, stat.st_size
    known = _WRITTEN.get(path)
    if known is None or known.inode != inode or known.until > size:
        known = _WRITTEN[path] = _Written(inode)
    file.seek(known.until)
    known.references |= {json.loads(line)["reference"] for line in file}
    known.until = size
    return known.references


@dataclass(frozen=True)
class Smtp:
    """Mail by SMTP, such as smtp+tls://user:password@host:587/?from=anlan@example.org."""

    url: str = field(repr=False)
    name: str = "smtp"

    def send(self, message: Outgoing) -> Receipt:
        """Send one mail; its Message-ID is the reference, by which mail systems know a repeat."""
        parts = urlsplit(self.url)
        sender = parse_qs(parts.query)["from"][0]
        number = f"<{message.reference}@{sender.rpartition('@')[2]}>"
        backend = EmailBackend(
            host=parts.hostname, port=parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
            username=unquote(parts.username or ""), password=unquote(parts.password or ""),
            use_tls=parts.scheme == "smtp+tls", use_ssl=parts.scheme == "smtps", timeout=int(WAIT_S),
        )  # fmt: skip
        mail = EmailMessage(message.subject, message.text, sender, [message.address], headers={"Message-ID": number})
        try:
            message.address.rpartition("@")[2].encode("idna")
        except ValueError:
            raise GatewayFailed("address_unfit", lasting=True) from None
        try:
            backend.send_messages([mail])
        except Exception as error:
            # An SMTP error shows the address: neither its words nor its trace go further.
            refused = isinstance(error, smtplib.SMTPRecipientsRefused) and _is_lasting(error)
            raise GatewayFailed("address_refused" if refused else "gateway_away", lasting=refused) from None
        return Receipt(number)


def _is_lasting(error: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether a mail server refused for good; grey lists, full boxes and servers in trouble answer 4xx."""
    return all(code in LASTING for code, _ in error.recipients.values())


@dataclass(frozen=True)
class Http:
    """Text, voice and push by one POST of JSON; `docs/howto/messages.md` shows the payload."""

    url: str = field(repr=False)
    key: str = field(default="", repr=False)
    name: str = "http"

    def send(self, message: Outgoing) -> Receipt:
        """Post one message; a redirection is not followed: it would carry the address elsewhere."""
        body = {"id": message.reference, "kind": message.kind, "to": message.address, "language": message.language,
                "subject": message.subject, "text": message.text}  # fmt: skip
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.reference, "User-Agent": "Anlan"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        request = urllib.request.Request(self.url, canonical(body).encode(), headers, method="POST")  # noqa: S310 - settings allow http and https
        try:
            with _opener().open(request, timeout=WAIT_S) as answer:
                return Receipt(_number(answer.read(LARGEST)))
        except urllib.error.HTTPError as error:
            if error.code in SHUT:
                log.error("the gateway answers %d: look at its address and key", error.code)
            lasting = error.code < 500 and error.code not in PASSING
            raise GatewayFailed("gateway_refused" if lasting else "gateway_away", lasting=lasting) from None
        except (OSError, ValueError, HTTPException):  # whose words may be the gateway's own
            raise GatewayFailed("gateway_away") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the answer is an error then."""
        return


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stay, urllib.request.HTTPSHandler(context=ssl.create_default_context()))


def _number(body: bytes) -> str:
    """Return the gateway's own number, where it tells one."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    number = answer.get("id") if isinstance(answer, dict) else None
    return str(number)[:128] if isinstance(number, str | int) else ""


def gateway_of(kind: str) -> Gateway | None:
    """Return the gateway for a kind of contact, or None where none is set; a simulated city never calls out."""
    here = city()
    url = settings.SMTP_URL if kind == Contact.Kind.MAIL else settings.GATEWAY_URL
    if (here is not None and here.synthetic) or url == SIMULATED:
        return Simulated(Path(settings.DATA_DIR) / "messages.ndjson")
    if not url:
        return None
    return Smtp(url) if kind == Contact.Kind.MAIL else Http(url, settings.GATEWAY_KEY)
