"""Every declared address and whoever stands before it: the answer follows from the declaration, and is never a 500."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from anlan.core.ledger import seals
from anlan.core.models import ApiClient, Person
from anlan.core.people.roles import Role
from anlan.core.time.clock import frozen
from anlan.core.web.access import Declared, declared
from tests import make
from tests.architecture.line import addresses
from tests.make.whole import NOON, whole_town

HOUSES: Final = {"officer": "drains", "verifier": "government", "supervisor": "government", "leader": "government"}
pytestmark = pytest.mark.django_db
LOGIN: Final = "/login/"
JSON: Final = {"Accept": "application/json"}  # a refusal of one line, where a page would draw its frame
# What nobody means, as strangers and broken programs send it.
ODD: Final = [
    "", "-1", "0", "9" * 30, "1e400", "NaN", "-inf", "%00", "%27%20OR%201%3D1--", quote("２０１６"), "2016-02-30",
    "9999-12-31", "0001-01-01", "..%2F..%2Fetc", quote("安" * 200), "x" * 5000, "%5B%5D", "%ED%A0%80", "%FF%FE",
]  # fmt: skip
# The same in a body of JSON, in place of one field.
BODIES: Final[dict[str, bytes]] = {
    "inf": b'"%s": 1e400', "minus inf": b'"%s": -1e400', "nan": b'"%s": NaN', "endless": b'"%s": ' + b"9" * 5000,
    "huge": b'"%s": ' + b"9" * 400, "nul": b'"%s": "a\\u0000b"', "half": b'"%s": "\\ud800"', "list": b'"%s": [1]',
    "object": b'"%s": {"a": 1}', "true": b'"%s": true', "number": b'"%s": 7', "bytes": b'"%s": "\xff"',
    "deep": b'"%s": ' + b"[" * 900 + b"]" * 900, "deeper": b'"%s": ' + b"[" * 40_000, "name": b'"\\ud800%s": 1',
    "long": b'"%s": "' + b"x" * 60_000 + b'"', "twice": b'"%s": "a", "%s": 1e400',
}  # fmt: skip
WET: Final = {"category": "waterlogging", "lon": 119.97, "lat": 31.76, "received_at": "2017-01-25T11:59:00+08:00"}
HEARD: Final = {"id": "x", "state": "delivered", "at": "2017-01-25T12:00:00+08:00"}
NUMBERS: Final = ["lon", "lat", "depth_cm", "precision_m"]
WORDS: Final = ["received_at", "device_time", "source_id", "crs", "category", "words", "validity", "channel", "colour"]
# Each address that takes a body: of whose key, what fits it, its fields.
TAKES: Final[dict[str, tuple[str, dict[str, Any], list[str]]]] = {
    "intake:api_reports": ("grid", WET, [*NUMBERS, *WORDS]),
    "intake:api_bulk": ("grid", WET, [*NUMBERS, *WORDS]),
    "core:api_receipts": ("gateway", HEARD, ["id", "state", "at", "reason", "colour"]),
}
FITS: Final = {("depth_cm", "number"), ("precision_m", "number")}
MAY_BE_NOTHING: Final = {
    "core:tile", "core:job", "core:job_stop", "core:job_resume", "intake:report_photo", "prevention:task_photo",
    "intake:import", "intake:import_refused",
}  # fmt: skip


@dataclass
class Town:
    """One town for all of these tests: its addresses, and who stands before them."""

    doors: list[tuple[str, str, Declared]]
    people: dict[str, Client]
    nobodies: dict[str, Client]
    keys: dict[str, str]
    opened: dict[str, HttpResponse] = field(default_factory=dict)

    def who_may(self, access: Declared, turn: int) -> str:
        """Return one of those who may open it, by turns."""
        roles = sorted(access.roles) if access.kind == "roles" else list(Role.values)
        return roles[turn % len(roles)]


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Built once, and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic(), frozen(NOON):
        if connection.vendor == "postgresql":  # building it takes longer than a web's transaction may idle
            connection.cursor().execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        things = whole_town() | {"api": {"name": "incidents"}}
        seals.seal()  # as the worker does, or health says that nobody does
        people = {role: browser(role, HOUSES.get(role, "control")) for role in Role.values}
        gone = Client(raise_request_exception=False)
        gone.cookies = browser("operator", "control").cookies
        Person.objects.order_by("-pk").first().delete()  # type: ignore[union-attr]
        closed = browser("operator", "control")
        Person.objects.filter(pk=Person.objects.order_by("-pk")[0].pk).update(is_active=False)
        expired = browser("operator", "control")
        expired.session.flush()
        somebody = make.person("officer", at="control")
        things |= {f"core:person{act}": {"pk": somebody.pk} for act in ("", "_role", "_role_away", "_step")}
        key, grid, gateway, revoked = (make.partner(each) for each in ("partner", "grid_worker", "gateway", "partner"))
        ApiClient.objects.filter(pk=revoked[0].pk).update(active=False)
        yield Town(
            doors=list(_doors(things)), people=people | {"stranger": browser("officer", "west-office")},
            nobodies={"nobody": Client(), "expired": expired, "closed": closed, "gone": gone},
            keys={"key": key[1], "grid": grid[1], "gateway": gateway[1], "revoked": revoked[1]},
        )  # fmt: skip
        transaction.set_rollback(True)


def browser(role: str, house: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make.person(role, at=house))
    return client


def _doors(things: dict[str, Any]) -> Iterator[tuple[str, str, Declared]]:
    """Give each address once, with what stands in it."""
    for name, pattern in _named(get_resolver()):
        access = declared(pattern.callback)
        assert access is not None, name
        stage = name.partition(":")[0]
        known = things | things.get(stage, {}) | things.get(name, {})
        yield name, reverse(name, kwargs={word: known.get(word, 1) for word in pattern.pattern.converters}), access


def _named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give each pattern with its whole name; Django's own pages are the operator's alone."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", pattern
        elif pattern.app_name != "admin":
            yield from _named(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)


def leads_to_login(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith(LOGIN)


def test_each_address_stands_here_once(town: Town) -> None:
    """Whoever adds one adds it to these tests."""
    assert len(town.doors) == len(list(addresses())) > 100
    assert {access.kind for _, _, access in town.doors} == {"public", "signed_in", "roles", "partner", "monitor"}


def test_nobody_and_who_is_somebody_no_more_stands_before_the_log_in(town: Town) -> None:
    """Without a session, after its end, of a person who was switched off or is gone; a form that is sent as well."""
    for name, address, access in town.doors:
        for who, client in town.nobodies.items():
            sends = who == "nobody" and access.kind != "public"
            for answer in [client.get(address), *([client.post(address)] if sends else [])]:
                if access.kind == "public":
                    assert answer.status_code < 500, (name, who, answer.status_code)
                    assert address.startswith(LOGIN) or not leads_to_login(answer), (name, who)
                elif access.kind == "monitor":  # without a token that the operator set there is no such page
                    assert answer.status_code in {404, 403}, (name, who, answer.status_code)
                elif access.kind == "partner":
                    assert answer.status_code in {401, 405}, (name, who, answer.status_code)
                else:
                    assert leads_to_login(answer), (name, who, answer.status_code)


def test_who_holds_no_declared_role_is_refused(town: Town) -> None:
    """Every role before every address, reading and sending; a partner's address opens to no session."""
    refusals = 0
    for turn, (name, address, access) in enumerate(town.doors):
        for n, role in enumerate(Role.values):
            client = town.people[role]
            if access.kind == "roles" and role not in access.roles:
                answer = (client.get if (turn + n) % 2 else client.post)(address, headers=JSON)
                assert answer.status_code == 403, (name, role, answer.status_code)
                refusals += 1
            elif access.kind == "partner":
                assert client.get(address).status_code in {401, 405}, (name, role)
    assert refusals > 300


def test_who_may_is_let_in_and_what_is_shown_is_kept_by_nobody(town: Town) -> None:
    """By turns each of the roles, and an officer of another house: no fault, no log-in, `no-store` on each answer."""
    for turn, (name, address, access) in enumerate(town.doors):
        if access.kind in {"partner", "monitor"}:
            continue
        may = town.who_may(access, turn)
        for who in {may, "stranger"} if access.kind != "roles" or "officer" in access.roles else {may}:
            answer = town.people[who].get(address)
            assert answer.status_code < 500, (name, who, answer.status_code)
            assert address.startswith(LOGIN) or not leads_to_login(answer), (name, who)
            if answer.status_code in {403, 404}:
                assert who in {"stranger", "officer"} or name in MAY_BE_NOTHING, (name, who, answer.status_code)
            kept = answer.get("Cache-Control", "")
            assert "no-store" in kept or (access.kind == "public" and "public" in kept), (name, kept)
            if who == may and answer.status_code == 200:
                town.opened[address] = answer


def test_a_form_without_its_token_changes_nothing(town: Town) -> None:
    """Of whoever is signed in: what another site made a browser send is refused."""
    for turn, (name, address, access) in enumerate(town.doors):
        if access.kind in {"roles", "signed_in"}:
            who = town.people[town.who_may(access, turn)]
            strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
            strict.cookies = who.cookies
            assert strict.post(address, {"x": "1"}).status_code in {403, 405}, name


def test_a_partner_comes_in_by_a_key_that_is_in_use(town: Town) -> None:
    """A key opens a partner's address and nothing that people open; answers with a key are kept by nobody."""
    for name, address, access in town.doors:
        for key in {"partner": ["key", "revoked"], "public": [], "monitor": []}.get(access.kind, ["key"]):
            client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {town.keys[key]}"})
            answer = client.get(address)
            if access.kind == "partner":
                assert (answer.status_code == 401) == (key == "revoked") or answer.status_code == 405, (name, key)
                assert answer.status_code < 500
                assert key == "revoked" or "no-store" in answer["Cache-Control"] or answer.status_code == 405, name
            else:
                assert leads_to_login(answer), (name, key)


def test_no_odd_body_is_a_fault_of_ours(town: Town) -> None:
    """Each odd value in each field of each address that takes a body: JSON of one shape, with the field."""
    sent = 0
    for name, address, access in town.doors:
        if access.kind != "partner":
            continue
        whose, fit, fields = TAKES.get(name, ("key", {}, []))
        client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {town.keys[whose]}"})
        if name not in TAKES:
            assert client.post(address).status_code == 405, name
        elif name == "intake:api_bulk":
            for each in fields:
                lines = b"\n".join(_with_odd(fit, each, odd) for odd in BODIES.values())
                answer = client.post(address, lines, content_type="application/x-ndjson")
                found = answer.json()
                assert found["lines"] == len(BODIES), each
                assert found["accepted"] + found["repeated"] == sum(each == fit_field for fit_field, _ in FITS), found
        else:
            for each, odd in product(fields, BODIES):
                sent += 1
                body, key = _with_odd(fit, each, BODIES[odd]), {"Idempotency-Key": f"k-{sent}"}
                answer = client.post(address, body, content_type="application/json", headers=key)
                assert answer.status_code < 500, (name, each, odd)
                assert ((each, odd) in FITS) == (answer.status_code < 400), (name, each, odd, answer.content)
                if answer.status_code == 422 and odd != "name":
                    assert answer.json()["field"] in {each, "lon"}, (name, each, odd, answer.content)
    assert sent > 250


def _with_odd(fit: dict[str, Any], field: str, odd: bytes) -> bytes:
    """Return a body that fits, with something odd in place of one field."""
    rest = json.dumps({name: value for name, value in fit.items() if name != field})
    return rest.encode()[:-1] + b", " + odd.replace(b"%s", field.encode()) + b"}"


def test_no_odd_filter_is_a_fault_of_ours_or_shows_what_is_others(town: Town) -> None:
    """Each name that a page's own links and forms ask by, with each odd value; a stranger's empty list stays empty."""
    asked = 0
    for turn, (name, address, access) in enumerate(town.doors):
        page = town.opened.get(address) or town.people[town.who_may(access, turn)].get(address)
        if (
            access.kind == "partner"
            or page.status_code != 200
            or not page.get("Content-Type", "").startswith(("text/html", "application/geo+json"))
        ):
            continue
        names = sorted(_asked_by(page, address))
        if not names:
            continue
        client = town.people[town.who_may(access, turn)]
        one_by_one = "/geo" in address  # the first that does not fit is told, and no other is read
        for n in range(0 if one_by_one else turn % 4, len(ODD), 1 if one_by_one else 4):
            chosen = [names[n % len(names)]] if one_by_one else names
            query = "&".join(f"{each}={ODD[(n + k) % len(ODD)]}" for k, each in enumerate(chosen))
            asked += len(names)
            assert client.get(f"{address}?{query}").status_code < 500, (name, query)
        if access.kind == "roles" and "officer" in access.roles:
            _shows_nothing_of_others(town.people["stranger"], address, names)
    assert asked > 300


def test_no_odd_form_is_a_fault_of_ours(town: Town) -> None:
    """Each form of each page, with each of its fields odd in turn: refused with its page, or taken, never a 500."""
    sent, seen = 0, set[tuple[str, ...]]()
    for turn, (name, address, access) in enumerate(town.doors):
        client = town.people[town.who_may(access, turn)]
        page = town.opened.get(address) if access.kind != "partner" else None
        if page is None or not page["Content-Type"].startswith("text/html"):
            continue
        for action, fields in _forms_of(page):
            kind = (re.sub(r"[\d-]+|[0-9A-Z]{16}", "N", action), *fields)
            if kind in seen or not fields:
                continue
            seen.add(kind)
            for n in range(turn % 7, len(ODD), 7):
                body = {each: unquote(ODD[(n + k) % len(ODD)]) for k, each in enumerate(fields)}
                body |= {each: value for each, value in fields.items() if value and (each == "token" or n % 2)}
                with transaction.atomic():
                    answer = client.post(urljoin(address, action), body)
                    transaction.set_rollback(True)
                sent += 1
                assert answer.status_code < 500, (name, action, body)
    assert sent > 50


def _forms_of(page: HttpResponse) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each form that is sent: where to, and its fields with what stands in the hidden ones."""
    for head, inside in re.findall(r"<form([^>]*method=.post[^>]*)>(.*?)</form>", page.content.decode(), re.DOTALL):
        action = re.search(r'action="([^"]*)"', head)
        fields = {}
        for tag in re.findall(r"<(?:input|select|textarea|button)\s[^>]*>", inside):
            given = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
            fields[given.get("name", "")] = (
                html.unescape(given.get("value", "")) if given.get("type") == "hidden" else ""
            )
        if not action or "logout" not in action[1]:
            yield html.unescape(action[1]) if action else "", {each: fields[each] for each in sorted(fields) if each}


def _asked_by(page: HttpResponse, address: str) -> set[str]:
    """Return the names in the queries of a page's links to itself and of its forms that ask."""
    if "listing" in (page.context or {}):
        listing = page.context["listing"]
        parts = [listing.page, *(tab.page for tab in listing.page.tabs if tab.page)]
        filters = {known.name for part in parts for known in part.filters}
        return {"q", "order", "page", "as", listing.page.tab, *filters}
    if "/geo" in address:
        return {"bbox", "limit", "offset", "since", "until", "category"}
    text = page.content.decode()
    links = [urlsplit(html.unescape(href)) for href in re.findall(r'href="([^"#]*\?[^"#]*)', text)]
    names = {key for link in links if link.path in {"", address} for key, _ in parse_qsl(link.query, True)}
    for form in re.findall(r"<form(?![^>]*method=.post)[^>]*>.*?</form>", text, re.DOTALL):
        names |= set(re.findall(r'<(?:input|select|textarea)[^>]*\sname="(\w+)"', form))
    return names - {"lang", "csrfmiddlewaretoken"}


def _shows_nothing_of_others(stranger: Client, address: str, names: list[str]) -> None:
    answer = stranger.get(address)
    if answer.status_code != 200 or not answer.context or "listing" not in answer.context:
        return
    if answer.context["listing"].paged.paginator.count:
        return
    for odd in ODD[1:9:2]:
        found = stranger.get(f"{address}?" + "&".join(f"{each}={odd}" for each in names))
        listing = found.context["listing"] if found.status_code == 200 and found.context else None
        assert listing is None or listing.paged.paginator.count == 0, (address, odd)
