"""Claim: a page of the working shell costs a small multiple of a page that does nothing, however large the city is.

Peer, in the same run: /healthz, which asks the database one thing and writes a line of JSON. One process, Django's test
client, the log-in in a signed cookie: nothing is written. `--data` is a data directory with the demonstration built
(else ANLAN_DATA, else ./var).

    python benchmarks/pages.py [--data DIR] [--json] [--times 21] [--day 2016-06-28]
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ANLAN_DATA", "var")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--day", default="2016-06-28")
    given = parser.parse_args()
    if not (given.data / "anlan.sqlite3").is_file() and "ANLAN_DATABASE_URL" not in os.environ:
        print(f"left out: no city in {given.data}; `anlan demo --data DIR --no-serve` builds one")
        return
    start(given.data)
    answer = measured(given.day, given.times)
    if given.json:
        print(json.dumps(answer))
        return
    for name, row in answer.items():
        print(f"{name:<34} {row['ms']:8.2f} ms  x{row['ratio']:.1f}  (first {row['first_ms']:.0f} ms)")


def start(data: Path) -> None:
    """Start Django on the data directory; on SQLite the file is opened read-only."""
    os.environ |= {"ANLAN_DATA": str(data.resolve()), "DJANGO_SETTINGS_MODULE": "anlan.settings"}
    import django
    from django.conf import settings

    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"  # a log-in that no table keeps
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    django.setup()
    logging.disable(logging.WARNING)
    from django.contrib.auth import user_logged_in
    from django.contrib.auth.models import update_last_login
    from django.db.backends.signals import connection_created

    user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
    connection_created.connect(read_only)


def read_only(connection: Any, **told: Any) -> None:
    """Let the database refuse every write."""
    statement = {"sqlite": "PRAGMA query_only = ON", "postgresql": "SET default_transaction_read_only = on"}
    with connection.cursor() as cursor:
        cursor.execute(statement[connection.vendor])


def measured(day: str, times: int) -> dict[str, dict[str, float]]:
    """Return for each page the first and the median milliseconds, and the median beside the bare page's."""
    from django.test import Client

    from anlan.core.models import Person

    client = Client()
    person = Person.objects.filter(memberships__role="leader").first()
    if person is None:
        raise SystemExit("nobody here is a leader; build the demonstration first")
    client.force_login(person)
    pages = [
        "/healthz",
        "/overview/",
        f"/overview/?day={day}",
        "/problems/",
        "/incidents/?list=open",
        "/console/",
        "/units/",
    ]
    taken = {page: [milliseconds(client, page) for _ in range(times + 1)] for page in pages}
    bare = statistics.median(taken["/healthz"][1:])
    return {page: {"ms": (ms := statistics.median(all_[1:])), "ratio": ms / bare, "first_ms": all_[0]}
            for page, all_ in taken.items()}  # fmt: skip


def milliseconds(client: Any, page: str) -> float:
    """Return how long one request took; anything but a page is an error."""
    begun = time.perf_counter()
    answer = client.get(page)
    taken = (time.perf_counter() - begun) * 1000
    if answer.status_code not in {200, 503}:  # 503: no worker seals here, which a monitor is to know
        raise SystemExit(f"{page}: {answer.status_code}")
    return taken


if __name__ == "__main__":
    main()
