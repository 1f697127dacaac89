"""Importing another system's calls with a mapping, in the browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.core import jobs
from anlan.core.time.clock import frozen
from anlan.dispatch.models import Assignment
from anlan.intake.models import ImportRun, Report
from anlan.triage.models import Incident
from tests import make
from tests.flat import flat
from tests.make.callfiles import AT, COUNTED, HEAD, MAPPING, call, codes, crew, run

LINES = [call(str(n), at=60 * n, units=crew("mobile-1", 60 * n + 2, None, 60 * n + 9, 60 * n + 40)) for n in range(3)]
BAD = call("bad", x="120.97")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(settings: Any, tmp_path: Any, monkeypatch: Any) -> Iterator[None]:
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    make.city()
    with frozen(AT):
        yield


def upload(client: Client, mapping: str | bytes = MAPPING + COUNTED, role: str = "operator") -> Any:
    client.force_login(make.person(role))
    text = "\n".join([HEAD, *LINES, BAD]) + "\n"
    told = mapping if isinstance(mapping, bytes) else mapping.encode()
    files = {"file": SimpleUploadedFile("calls.csv", text.encode()), "mapping": SimpleUploadedFile("map.toml", told)}
    answer = client.post("/imports/", files)
    jobs.drain()
    return answer


def refused_of(client: Client, address: str) -> list[dict[str, str]]:
    text = b"".join(client.get(f"{address}refused.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_calls_are_imported_in_the_browser_as_at_the_terminal(client: Client, tmp_path: Any) -> None:
    """The same counts and refused rows, byte for byte; at the terminal afterwards nothing is new."""
    address = upload(client)["Location"]
    page = client.get(address).content.decode()
    assert "3 can go in" in page
    assert "1 would be refused" in page
    assert "units.dispatched" in page
    assert not Report.objects.exists()
    client.post(address, {"start": ""})
    jobs.drain()
    one = ImportRun.objects.get()
    assert (one.state, one.accepted, one.repeated, one.refused) == ("done", 3, 0, 1)
    assert (Incident.objects.count(), Assignment.objects.count()) == (3, 3)
    assert "<dt>Incidents</dt><dd><b>3</b>" in flat(client.get(address))
    refused = refused_of(client, address)
    assert codes(refused) == ["outside_city"]
    told, same = run(tmp_path, [*LINES, BAD])
    assert (told["accepted"], told["repeated"]) == (0, 3)
    assert same == refused


def test_a_job_that_is_run_again_counts_what_it_did(client: Client) -> None:
    """Cut off before it could say that it was done, it goes on where it was."""
    address = upload(client)["Location"]
    client.post(address, {"start": ""})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("anlan.intake.jobs.finish_import", lambda **_: 1 / 0)
        jobs.work_once()
    assert Incident.objects.count() == 3
    with frozen(AT + jobs.backoff(9)):
        jobs.drain()
    one = ImportRun.objects.get()
    assert (one.state, one.accepted, one.repeated, Incident.objects.count()) == ("done", 3, 0, 3)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [(MAPPING.replace("received =", "recieved ="), "did you mean"), (MAPPING.replace("call", "Call time"), "Call time"),
     ("[report", "cannot start yet")],
)  # fmt: skip
def test_a_wrong_mapping_is_told_and_another_one_taken(client: Client, mapping: str, says: str) -> None:
    """The file stays; nothing starts before the mapping fits."""
    address = upload(client, mapping)["Location"]
    answer = client.post(address, {"start": ""})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    again = {"mapping": SimpleUploadedFile("map.toml", (MAPPING + COUNTED).encode())}
    client.post(address, again)
    jobs.drain()
    assert "3 can go in" in client.get(address).content.decode()
    assert not ImportRun.objects.exclude(state="uploaded").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [(MAPPING.replace("received =", "recieved ="), ("recieved", "received")), ("[report\n", ("1",)),
     (MAPPING.replace("call", "Call time"), ("Call time",)), ('tz = "Nowhere"\n' + MAPPING, ("Nowhere",))],
)  # fmt: skip
def test_a_wrong_mapping_is_told_in_the_readers_language(client: Client, wrong: str, says: tuple[str, ...]) -> None:
    """Whoever reads Chinese reads what is wrong with it in Chinese; keys and values stay as they are written."""
    address = upload(client, wrong)["Location"]
    page = client.get(address, headers={"Accept-Language": "zh-hans"})
    problem = page.context["problem"]
    assert all(part in problem for part in says), problem
    assert re.search("[\u4e00-\u9fff]", problem)
    assert not re.search(r"\b(there|the|write|known|missing|line)\b", problem)


@pytest.mark.parametrize("mapping", [b"", b"\xff\xfe\x00", b"#" * 200_001])
def test_what_is_no_mapping_is_refused_with_the_file(client: Client, mapping: bytes) -> None:
    """Nothing is kept of either."""
    assert upload(client, mapping).status_code == 422
    assert not ImportRun.objects.exists()


def test_only_an_operator_brings_histories_in(client: Client) -> None:
    """A call-taker's page has no such field, and a mapping that is sent all the same is left aside."""
    address = upload(client, role="call_taker")["Location"]
    assert 'name="mapping"' not in client.get("/imports/").content.decode()
    assert ImportRun.objects.get().options.count("mapping") == 0
    assert "Which column is what" in client.get(address).content.decode()
