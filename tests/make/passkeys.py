"""A device with a passkey, which has asked for finger or PIN, and answers as a browser hands it on."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One key for one address; the same number makes the same key."""

    number: int = 1
    origin: str = "http://localhost"
    holder: str = ""

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The private key."""
        return ec.derive_private_key(self.number, ec.SECP256R1())

    @property
    def id(self) -> bytes:
        """What the key is called."""
        return hashlib.sha256(b"passkey %d" % self.number).digest()

    def create(self, options: dict[str, Any]) -> str:
        """Answer a page that wants a new passkey."""
        self.holder = options["publicKey"]["user"]["id"]
        public = cbor.encode(ES256.from_cryptography_key(self.key.public_key()))
        data = self._data(options["publicKey"]["rp"]["id"], USER_PRESENT | USER_VERIFIED | HAS_KEY)
        data += bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = cbor.encode({"authData": data, "fmt": "none", "attStmt": {}})
        return self._answer(attestationObject=attestation, clientDataJSON=self._asked("webauthn.create", options))

    def get(self, options: dict[str, Any], *, verified: bool = True) -> str:
        """Answer a page that asks who it is."""
        data = self._data(options["publicKey"]["rpId"], USER_PRESENT | (USER_VERIFIED if verified else 0))
        asked = self._asked("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(asked).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            authenticatorData=data, clientDataJSON=asked, signature=signature, userHandle=base64.urlsafe_b64decode(
                self.holder + "=" * (-len(self.holder) % 4)
            )
        )  # fmt: skip

    def _data(self, host: str, flags: int) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + bytes(4)

    def _asked(self, kind: str, options: dict[str, Any]) -> bytes:
        asked = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}
        return json.dumps(asked).encode()

    def _answer(self, **response: bytes) -> str:
        told = {name: _text(value) for name, value in response.items()}
        whole = {"id": _text(self.id), "rawId": _text(self.id), "type": "public-key", "response": told,
                 "clientExtensionResults": {"credProps": {"rk": True}}}  # fmt: skip
        return json.dumps(whole)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
