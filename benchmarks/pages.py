"""Claim: a page of the working shell costs a small multiple of a page that does nothing, however large the city is.

Peer, in the same run: /healthz, which asks the database nothing and writes a line of JSON; with `--beside` another
tree of Anlan too (say d863a6b in a worktree), on its own data, in turns: A B A B. One process, Django's test client,
the log-in in a signed cookie: nothing is written. Of each page the median CPU milliseconds (user and system) and the
statements sent to the database. `--data` is a data directory with the demonstration built (else ANLAN_DATA, else
./var).

    python benchmarks/pages.py [--data DIR] [--json] [--times 21] [--day 2016-06-28]
    python benchmarks/pages.py --data DIR --beside OTHER/src --beside-data DIR
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

TURNS = 3  # of each tree, one after the other: what else the machine does falls on both
Rows = dict[str, dict[str, float]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ANLAN_DATA", "var")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--day", default="2016-06-28")
    parser.add_argument("--beside", type=Path, help="The src folder of another tree.")
    parser.add_argument("--beside-data", type=Path, help="A data directory that the other tree has built.")
    given = parser.parse_args()
    if not (given.data / "anlan.sqlite3").is_file() and "ANLAN_DATABASE_URL" not in os.environ:
        print(f"left out: no city in {given.data}; `anlan demo --data DIR --no-serve` builds one")
        return
    if given.beside:
        answer = beside(given)
    else:
        start(given.data)
        answer = measured(given.day, given.times)
    if given.json:
        print(json.dumps(answer))
        return
    for name, row in answer.items():
        print(f"{name:<28} {row['ms']:8.2f} ms  {row['queries']:3.0f} queries  x{row['ratio']:.1f} of /healthz"
              + (f"  beside {row['beside_ms']:8.2f} ms {row['beside_queries']:3.0f} queries: "
                 f"x{row['ms'] / row['beside_ms']:.2f}" if "beside_ms" in row else ""))  # fmt: skip


def beside(given: argparse.Namespace) -> Rows:
    """Measure this tree and another in turns, each in processes of its own; return the medians of the turns."""
    here = Path(__file__).parents[1] / "src"
    trees = [(here, given.data), (given.beside, given.beside_data or given.data)]
    mine, other = zip(*([turn(src, data, given) for src, data in trees] for _ in range(TURNS)), strict=True)
    rows = {page: {name: statistics.median(each[page][name] for each in mine) for name in mine[0][page]}
            for page in mine[0]}  # fmt: skip
    for page, row in rows.items():
        if page in other[0]:
            row |= {f"beside_{name}": statistics.median(each[page][name] for each in other) for name in other[0][page]}
    return rows


def turn(src: Path, data: Path, given: argparse.Namespace) -> Rows:
    """Measure one tree once, in a process of its own."""
    path = os.pathsep.join([str(src.resolve()), os.environ.get("PYTHONPATH", "")])
    asked = ["--json", "--data", str(data), "--times", str(given.times), "--day", given.day]
    environ = os.environ | {"PYTHONPATH": path}
    done = subprocess.run([sys.executable, __file__, *asked], env=environ, check=True, stdout=subprocess.PIPE)
    rows: Rows = json.loads(done.stdout)
    return rows


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


def pages_of(day: str) -> dict[str, tuple[str, str]]:
    """Return who opens which pages, under the names that a comparison lists."""
    from anlan.hotspots.models import Site, Study

    study, site = Study.objects.order_by("pk").last(), Site.objects.order_by("number").last()
    if study is None or site is None:
        raise SystemExit("no study and no site here; build the demonstration first")
    return {
        "/healthz": ("leader", "/healthz"),
        "overview": ("leader", "/overview/"),
        f"overview, {day}": ("leader", f"/overview/?day={day}"),
        "console": ("dispatcher", "/console/"),
        "incidents": ("dispatcher", "/incidents/?list=open"),
        "reports": ("dispatcher", "/reports/"),
        "units": ("dispatcher", "/units/"),
        "studies": ("analyst", "/studies/"),
        "study": ("analyst", f"/studies/{study.pk}/"),
        "site": ("analyst", f"/sites/{site.code}/"),
        "problems": ("leader", "/problems/"),
        "lists": ("leader", "/lists/"),
        "bulletins": ("publisher", "/bulletins/"),
    }


def measured(day: str, times: int) -> Rows:
    """Return for each page the first and the median CPU milliseconds, and the median beside the bare page's."""
    pages = pages_of(day)
    clients = {role: signed_in(role) for role in {role for role, _address in pages.values()}}
    asked = {name: statements(clients[role], address) for name, (role, address) in pages.items()}
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(times):  # page after page, and not one over and over
        for name, (role, address) in pages.items():
            taken[name].append(milliseconds(clients[role], address))
    bare = statistics.median(taken["/healthz"])
    return {name: {"ms": (ms := statistics.median(all_)), "ratio": ms / bare, "queries": asked[name]}
            for name, all_ in taken.items()}  # fmt: skip


def signed_in(role: str) -> Any:
    """Return the browser of somebody with a role."""
    from django.test import Client

    client = Client()
    client.force_login(somebody(role))
    return client


def somebody(role: str) -> Any:
    """Return a person with a role."""
    from anlan.core.models import Person

    person = Person.objects.filter(memberships__role=role).first()
    if person is None:
        raise SystemExit(f"nobody here is a {role}; build the demonstration first")
    return person


def statements(client: Any, page: str) -> int:
    """Return how many statements one request sends to the database, once what is kept is kept."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    milliseconds(client, page)
    with CaptureQueriesContext(connection) as sent:
        milliseconds(client, page)
    return len(sent)


def milliseconds(client: Any, page: str) -> float:
    """Return the CPU milliseconds of one request; anything but a page is an error."""
    begun = time.process_time()
    answer = client.get(page)
    taken = (time.process_time() - begun) * 1000
    if answer.status_code not in {200, 503}:  # 503: no worker seals here, which a monitor is to know
        raise SystemExit(f"{page}: {answer.status_code}")
    return taken


if __name__ == "__main__":
    main()
