"""Heads taken out of the house, time stamps of others, and the ledger verified by itself."""

from __future__ import annotations

import base64
import datetime as dt
import errno
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.db import connection

from anlan.core import ledger
from anlan.core.jobs.beside import BESIDE
from anlan.core.ledger import heads, seals, triggers, watch
from anlan.core.ledger.jobs import keep_heads, verify_by_itself
from anlan.core.ledger.writes import write
from anlan.core.models import LedgerEntry, LedgerSeal, Message
from anlan.core.operator.health import stopped
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen, now
from anlan.env import EnvError, read_env
from tests import make
from tests.conftest import Cli
from tests.make.contacts import contact

DAY = dt.timedelta(days=1)
TSA = """
[ tsa ]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(settings, tmp_path) -> Iterator[None]:
    """A sealed ledger, a file for its heads elsewhere, and a process that has run for a while."""
    make.city()
    settings.HEADS_FILE = tmp_path / "heads.ndjson"
    with frozen(make.AT):
        told()
        yield


@pytest.fixture(autouse=True)
def settled(monkeypatch) -> None:
    monkeypatch.setattr(watch, "SETTLED_S", 0.0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority of this machine: `openssl ts` behind an address; its root beside it."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(TSA.format(folder=folder))
    (folder / "usage").write_text("extendedKeyUsage = critical,timeStamping\nkeyUsage = digitalSignature\n")

    def openssl(*arguments: object, send: bytes = b"") -> bytes:
        done = subprocess.run(
            ["openssl", *map(str, arguments)], input=send, capture_output=True, cwd=folder, check=True
        )
        return done.stdout

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-days", 3650)
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=stamps")
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", 3650,
            "-extfile", "usage", "-out", "tsa.pem")  # fmt: skip

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            stamp = openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile", "query")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(stamp)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder / "root.pem"
    server.shutdown()


def told(at: dt.datetime = make.AT) -> None:
    with write():
        ledger.append("test.done", actor=system("test"), at=at, subject="a", payload={})
    seals.seal()


def lines(settings) -> list[dict[str, object]]:
    return [json.loads(line) for line in settings.HEADS_FILE.read_text().splitlines()]


def later(days: float = 1.0):
    return frozen(make.AT + days * DAY)


def test_each_day_the_last_head_is_added_to_a_file_elsewhere(settings):
    """Once a day, at the end of what stands there; the entry says where it is kept."""
    assert keep_heads()
    assert not keep_heads()
    with later():
        told()
        assert keep_heads()
    first, second = lines(settings)
    assert (second["head"], second["position"]) == (LedgerSeal.objects.order_by("-last")[0].hash, first["position"] + 2)
    entry = json.loads(LedgerEntry.objects.filter(kind=heads.KIND).latest("id").payload)
    assert entry == {"file": True, "head": second["head"], "messages": 0, "position": second["position"],
                     "stamped": False, "syslog": False}  # fmt: skip


def test_a_clock_that_was_set_back_puts_nothing_off(settings):
    """What was done while it was a month ahead is done again now, and not in a month."""
    with later(30):
        assert keep_heads()
        assert verify_by_itself()
    assert keep_heads()
    assert verify_by_itself()
    assert not keep_heads()
    assert not verify_by_itself()


def test_a_head_goes_to_syslog_and_to_who_consented(settings):
    """One datagram, and one message by the gateways that are there already."""
    settings.HEADS_FILE = None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(5)
        settings.HEADS_SYSLOG = f"127.0.0.1:{log.getsockname()[1]}"
        contact(purpose=heads.PURPOSE)
        assert keep_heads()
        assert seals.head() is not None
        assert f"ledger head {LedgerSeal.objects.earliest('last').hash} position".encode() in log.recv(1000)
    assert Message.objects.get().template == heads.TEMPLATE


def test_a_head_is_stamped_by_others_and_the_stamp_is_checked(settings, authority, anlan_heads):
    """By `openssl ts`; it holds for this head alone and by this root alone, and the authority sees a hash only."""
    settings.TSA_URL, settings.TSA_CERTIFICATE = authority
    assert keep_heads()
    assert list(heads.faults()) == []
    line = lines(settings)[0]
    stamp = base64.b64decode(str(line["stamp"]))
    assert heads.stamps.fault_of(stamp, str(line["head"])) == ""
    assert "does not hold" in heads.stamps.fault_of(stamp, "another")
    told()
    other = {**line, "head": seals.head().hash, "position": seals.head().last}
    anlan_heads(json.dumps(other), "no json")
    forged, unreadable = heads.faults()
    assert "position 4: the time stamp does not hold" in forged
    assert unreadable == "line 3 of the kept heads cannot be read"


@pytest.fixture
def anlan_heads(settings):
    def add(*more: str) -> None:
        with settings.HEADS_FILE.open("a") as file:
            file.writelines(f"{line}\n" for line in more)

    return add


def test_the_check_counts_the_heads_without_a_stamp(anlan: Cli, tmp_path: Path) -> None:
    """They prove less than the others: whoever reads the check sees how many there are."""
    anlan("init", "--city", make.CITIES / "small")
    last = json.loads(anlan("ledger", "head", "--json").stdout)
    line = {"at": "", "position": last["position"], "head": last["head"], "algorithm": last["algorithm"], "stamp": ""}
    file = tmp_path / "kept.ndjson"
    file.write_text("".join(f"{json.dumps(line | {'stamp': stamp})}\n" for stamp in ("", "AAAA", "")))
    found = json.loads(anlan("ledger", "heads", "--file", file, "--check", "--json").stdout)
    assert (found["ok"], len(found["heads"]), found["unstamped"]) == (True, 3, 2)


def test_an_authority_that_is_away_loses_no_head(settings, caplog):
    """It is kept without a stamp; the log and the entry say so."""
    settings.TSA_URL, settings.TSA_CERTIFICATE = "http://127.0.0.1:9/", Path("/nowhere.pem")
    assert keep_heads()
    assert lines(settings)[0]["stamp"] == ""
    assert "without a time stamp" in caplog.text


def test_a_head_that_did_not_reach_the_disk_leaves_no_piece_of_a_line(settings, monkeypatch, caplog):
    """A disk elsewhere may say only at the end that it is full; the entry says that the file has none."""
    assert keep_heads()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with later():
        told()
        with monkeypatch.context() as patch:
            patch.setattr(heads.os, "fsync", full)
            assert keep_heads()
    assert len(lines(settings)) == 1
    assert "not written to ANLAN_HEADS_FILE" in caplog.text
    assert not json.loads(LedgerEntry.objects.filter(kind=heads.KIND).latest("id").payload)["file"]
    assert list(heads.faults()) == []


def test_a_chain_that_was_cut_off_or_a_file_that_is_gone_is_found_and_told(settings, caplog):
    """By the verification that runs by itself: in the log, for the monitor, on the status page, as a message."""
    operator = make.browser(make.person("operator"))
    contact(purpose=watch.PURPOSE)
    assert keep_heads()
    with later():
        assert verify_by_itself()
        assert not verify_by_itself()
        assert make.scraped(settings)["anlan_ledger_faults"] == 0
        assert not Message.objects.exists()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ledgerseal SET hash = 'f' || hash")
    triggers.install()
    with later(2):
        seals.seal()
        assert verify_by_itself()
        found = watch.last_found()
        assert found is not None
        assert (found.ok, found.heads) == (False, 1)
        assert "no seal of this chain" in caplog.text
        assert make.scraped(settings)["anlan_ledger_faults"] == found.faults > 0
        assert "verified" in [line.code for line in stopped(now())]
        assert "anlan ledger verify" in operator.get("/operator/").content.decode().partition("</tr>")[2]
        assert Message.objects.get().template == watch.TEMPLATE
        settings.HEADS_FILE.unlink()
        assert list(heads.faults()) == ["the file of kept heads is gone"]


@pytest.mark.only_on("sqlite", because="PostgreSQL stores no such text")
def test_no_content_reaches_what_the_ledger_keeps_of_a_fault(caplog):
    """SQLite's error quotes the text that it cannot read; entry and log say of which kind the error is."""
    connection.check_constraints()
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ledgerentry SET payload = CAST(%s AS TEXT) WHERE kind = (SELECT number FROM"
                       " core_ledgerkind WHERE name = 'test.done')", [b"\xff Zhang 13800138000"])  # fmt: skip
    triggers.install()
    with later():
        watch.watch()
    found = watch.last_found()
    assert found is not None
    assert any("cannot be read: OperationalError" in fault for fault in found.named)
    assert not [said for said in (*found.named, caplog.text) if "13800138000" in said]


def test_nothing_calls_out_unless_the_operator_set_it(settings, monkeypatch):
    """By default there is no way for heads; verification asks nobody."""

    def fail(*arguments: object) -> None:
        raise AssertionError(f"called out: {arguments}")

    plain = read_env({})
    settings.HEADS_FILE, settings.HEADS_SYSLOG, settings.TSA_URL = plain.heads_file, plain.heads_syslog, plain.tsa_url
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, fail)
    assert {keep_heads, verify_by_itself} <= set(BESIDE)
    assert not keep_heads()
    assert verify_by_itself()
    assert not LedgerEntry.objects.filter(kind=heads.KIND).exists()


@pytest.mark.pure
@pytest.mark.parametrize("environ", [
    {"ANLAN_DATA": "/srv/anlan", "ANLAN_HEADS_FILE": "/srv/anlan/heads"}, {"ANLAN_TSA_URL": "http://tsa.example/"},
    {"ANLAN_TSA_URL": "tsa"}, {"ANLAN_HEADS_SYSLOG": "somewhere"}, {"ANLAN_HEADS_EVERY": "often"},
    {"ANLAN_VERIFY_EVERY": "-1"},
])  # fmt: skip
def test_a_setting_that_protects_nothing_is_refused(environ):
    """Heads inside the data directory, stamps that nobody keeps or checks, hours that are none."""
    with pytest.raises(EnvError):
        read_env(environ)
