"""A signed token in each public form, in place of a cookie.

A citizen has no session, so there is nothing that a forged request could borrow: what a public form needs is a key of
its own (sent twice = one report) that only we can hand out. It is signed, carries its time, and sets no cookie.
"""

from __future__ import annotations

import datetime as dt

from django.core import signing

from anlan.core.time.clock import now
from anlan.intake.public.codes import new_form_key

FORM_LASTS = dt.timedelta(hours=24)
RECEIPT_LASTS = dt.timedelta(minutes=30)
_FORM = signing.Signer(salt="anlan.intake.form")
_RECEIPT = signing.Signer(salt="anlan.intake.receipt")


def new_token() -> str:
    """Return the token of a fresh form."""
    return _sign(_FORM, new_form_key())


def renewed(token: str) -> str:
    """Return a form's token anew, with its own key where that was ours, however old: what is sent again counts once."""
    try:
        return _sign(_FORM, _FORM.unsign(token).partition(".")[0])
    except signing.BadSignature:
        return new_token()


def form_key(token: str) -> str | None:
    """Return the key in a form's token, or None when it is not ours or too old."""
    return _read(_FORM, token, FORM_LASTS)


def opened_at(token: str) -> dt.datetime | None:
    """Return when a form was handed out."""
    stamp = token.rpartition(":")[0].rpartition(".")[2]
    return dt.datetime.fromtimestamp(int(stamp), dt.UTC) if form_key(token) else None


def receipt_for(key: str) -> str:
    """Return what the address of the success page carries: it shows the code for half an hour, then no more."""
    return _sign(_RECEIPT, key)


def key_of_receipt(receipt: str) -> str | None:
    """Return the form's key behind a receipt that is still young."""
    return _read(_RECEIPT, receipt, RECEIPT_LASTS)


def _sign(signer: signing.Signer, key: str) -> str:
    return signer.sign(f"{key}.{int(now().timestamp())}")


def _read(signer: signing.Signer, signed: str, lasts: dt.timedelta) -> str | None:
    try:
        key, _, stamp = signer.unsign(signed).partition(".")
    except signing.BadSignature:
        return None
    age_s = now().timestamp() - int(stamp)
    return key if -60 <= age_s <= lasts.total_seconds() else None
