"""Keys of partner systems: shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from anlan.core.city.current import kept
from anlan.core.models import ApiClient


def new_key() -> tuple[str, str]:
    """Return a fresh key and the hash that is stored."""
    key = f"anlan_{secrets.token_urlsafe(32)}"
    return key, key_hash(key)


def key_hash(key: str) -> str:
    """Return what is stored of a key; it carries 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def client_of(key: str) -> ApiClient | None:
    """Return the active partner system that owns a key."""
    return kept(_clients).get(key_hash(key))


def _clients() -> dict[str, ApiClient]:
    active = ApiClient.objects.filter(active=True).select_related("organisation")
    return {client.key_hash: client for client in active}
