"""Every ANLAN_* environment variable, read once, typed, and refused loudly when it cannot be right."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

SIMULATED = "simulated"  # a gateway that writes messages to a file
CITY_AHEAD_S = "ANLAN_CITY_AHEAD_S"
CLAIMS = ("preferred_username", "email")  # of OpenID Connect; e-mail only where the provider says it is verified
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class EnvError(ValueError):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True)
class Oidc:
    """The house's identity provider, and by which of its claims it names people whom we know."""

    url: str
    client: str
    secret: str = field(repr=False)
    name: str
    claim: str
    adds: bool

    def app(self) -> dict[str, object]:
        """Return it as allauth wants it."""
        return {"provider_id": "sso", "name": self.name, "client_id": self.client, "secret": self.secret,
                "settings": {"server_url": self.url}}  # fmt: skip


@dataclass(frozen=True)
class Env:
    """What the operator set; `docs/reference/settings.md` has a line for each name."""

    data: Path
    city_folder: Path
    database_url: str | None
    secret_key: str | None
    allowed_hosts: tuple[str, ...]
    origins: tuple[str, ...]
    debug: bool
    https: bool
    log_level: str
    metrics_token: str
    keep_keys_days: int
    keep_jobs_days: int
    tile_url: str
    tile_attribution: str
    smtp_url: str
    gateway_url: str
    gateway_key: str
    second_factor: tuple[str, ...]
    oidc: Oidc | None
    city_ahead_s: float | None
    heads_file: Path | None
    heads_syslog: str
    heads_every_h: float
    tsa_url: str
    tsa_certificate: Path | None
    verify_every_h: float


def read_env(environ: dict[str, str] | None = None) -> Env:
    """Return the settings that the environment gives."""
    get = (dict(os.environ) if environ is None else environ).get
    data = Path(get("ANLAN_DATA") or "var").absolute()
    heads_file = _heads_file(get("ANLAN_HEADS_FILE"), data)
    return Env(
        data=data,
        city_folder=Path(get("ANLAN_CITY_FOLDER") or data / "city").absolute(),
        database_url=get("ANLAN_DATABASE_URL") or None,
        secret_key=get("ANLAN_SECRET_KEY") or None,
        allowed_hosts=_words(get("ANLAN_ALLOWED_HOSTS") or "127.0.0.1,localhost,[::1]"),
        origins=_words(get("ANLAN_ORIGINS") or ""),
        debug=_flag("ANLAN_DEBUG", get("ANLAN_DEBUG")),
        https=_flag("ANLAN_HTTPS", get("ANLAN_HTTPS")),
        log_level=_log_level(get("ANLAN_LOG_LEVEL") or "INFO"),
        metrics_token=_token("ANLAN_METRICS_TOKEN", get("ANLAN_METRICS_TOKEN") or ""),
        keep_keys_days=_days("ANLAN_KEEP_KEYS_DAYS", get("ANLAN_KEEP_KEYS_DAYS") or "90"),
        keep_jobs_days=_days("ANLAN_KEEP_JOBS_DAYS", get("ANLAN_KEEP_JOBS_DAYS") or "90"),
        tile_url=_tile_url(get("ANLAN_TILE_URL") or ""),
        tile_attribution=get("ANLAN_TILE_ATTRIBUTION") or "",
        smtp_url=_smtp_url(get("ANLAN_SMTP_URL") or ""),
        gateway_url=_gateway_url(get("ANLAN_GATEWAY_URL") or ""),
        gateway_key=get("ANLAN_GATEWAY_KEY") or "",
        second_factor=_words(get("ANLAN_SECOND_FACTOR") or ""),
        oidc=_oidc(get("ANLAN_OIDC_URL") or "", get),
        city_ahead_s=_seconds(CITY_AHEAD_S, get(CITY_AHEAD_S)),
        heads_file=heads_file,
        heads_syslog=_syslog(get("ANLAN_HEADS_SYSLOG") or ""),
        heads_every_h=_hours("ANLAN_HEADS_EVERY", get("ANLAN_HEADS_EVERY")),
        tsa_url=_tsa_url(get("ANLAN_TSA_URL") or "", heads_file, get("ANLAN_TSA_CERTIFICATE")),
        tsa_certificate=Path(get("ANLAN_TSA_CERTIFICATE") or "").absolute() if get("ANLAN_TSA_CERTIFICATE") else None,
        verify_every_h=_hours("ANLAN_VERIFY_EVERY", get("ANLAN_VERIFY_EVERY")),
    )


def postgres_options(url: str) -> dict[str, str]:
    """Split `postgresql://user:password@host:port/name` into what Django's DATABASES wants."""
    try:
        parts = urlsplit(url)
        port = parts.port
        if parts.scheme not in {"postgres", "postgresql"} or len(parts.path) < 2:
            raise ValueError
    except ValueError:  # of `port` too, where it is no number
        raise EnvError(
            "ANLAN_DATABASE_URL: write postgresql://user:password@host:5432/name, or leave it out for SQLite"
        ) from None
    return {
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
    }


def _log_level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise EnvError(f"ANLAN_LOG_LEVEL: write one of {', '.join(LOG_LEVELS)}, not {text!r}")
    return text.upper()


def _tile_url(text: str) -> str:
    if text and (urlsplit(text).scheme not in {"http", "https"} or not all(f"{{{name}}}" in text for name in "zxy")):
        raise EnvError("ANLAN_TILE_URL: write https://host/{z}/{x}/{y}.png, with the key if it wants one")
    return text


def _smtp_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        sender = "@" in parse_qs(parts.query).get("from", [""])[0]
        known = parts.scheme in {"smtp", "smtps", "smtp+tls"} and parts.hostname and parts.port != 0
    except ValueError:
        known = sender = False
    if text not in {"", SIMULATED} and not (known and sender):
        raise EnvError(
            "ANLAN_SMTP_URL: write smtp+tls://user:password@host:587/?from=anlan@example.org (or smtps, smtp),"
            " or simulated"
        )
    return text


def _gateway_url(text: str) -> str:
    if text not in {"", SIMULATED} and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).netloc):
        raise EnvError("ANLAN_GATEWAY_URL: write https://host/path, or simulated")
    return text


def _heads_file(text: str | None, data: Path) -> Path | None:
    path = Path(text).absolute() if text else None
    if path and path.is_relative_to(data):
        raise EnvError("ANLAN_HEADS_FILE: a file outside the data directory: who changes one must not reach the other")
    return path


def _syslog(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and not text.startswith("/") and not (host and port.isdecimal()):
        raise EnvError("ANLAN_HEADS_SYSLOG: write /dev/log, or host:514")
    return text


def _tsa_url(text: str, heads_file: Path | None, certificate: str | None) -> str:
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).netloc):
        raise EnvError("ANLAN_TSA_URL: write http://host/path of a time-stamping authority (RFC 3161)")
    if text and not (heads_file and certificate):
        raise EnvError("ANLAN_TSA_URL: set ANLAN_HEADS_FILE, where its stamps are kept, and ANLAN_TSA_CERTIFICATE too")
    return text


def _hours(name: str, text: str | None) -> float:
    try:
        hours = float(text) if text else 24.0
        if not 0 <= hours <= 10_000:
            raise ValueError
    except ValueError:
        raise EnvError(f"{name}: write hours, such as 24; 0 is never") from None
    return hours


def _oidc(url: str, get: Callable[[str], str | None]) -> Oidc | None:
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).netloc:
        raise EnvError("ANLAN_OIDC_URL: write https://host/path, where /.well-known/openid-configuration lies below")
    client, secret = get("ANLAN_OIDC_CLIENT"), get("ANLAN_OIDC_SECRET")
    if not client or not secret:
        raise EnvError("ANLAN_OIDC_CLIENT and ANLAN_OIDC_SECRET: the identity provider gives both")
    claim = get("ANLAN_OIDC_CLAIM") or CLAIMS[0]
    if claim not in CLAIMS:
        raise EnvError(f"ANLAN_OIDC_CLAIM: write one of {', '.join(CLAIMS)}, not {claim!r}")
    adds = _flag("ANLAN_OIDC_ADD", get("ANLAN_OIDC_ADD"))
    return Oidc(url, client, secret, get("ANLAN_OIDC_NAME") or "OpenID Connect", claim, adds)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _token(name: str, text: str) -> str:
    if text and not (len(text) >= 20 and text.isascii() and text.isprintable() and " " not in text):
        raise EnvError(f"{name}: write at least 20 letters and digits, such as `openssl rand -hex 32` prints")
    return text


def _days(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 36_500:
        raise EnvError(f"{name}: write whole days, such as 90, not {text!r}")
    return int(text)


def _seconds(name: str, text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        raise EnvError(f"{name}: write seconds, not {text!r}") from None


def _flag(name: str, text: str | None) -> bool:
    if text is None or text.lower() in {"", "0", "false", "no"}:
        return False
    if text.lower() in {"1", "true", "yes"}:
        return True
    raise EnvError(f"{name}: write 1 or 0, not {text!r}")
