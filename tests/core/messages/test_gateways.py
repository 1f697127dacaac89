"""Mail and HTTP gateways, each on this machine; and nothing is opened where none is set."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest

from anlan.core import jobs
from anlan.core.messages.gateways import GatewayFailed, Http, Outgoing, Smtp, gateway_of
from anlan.core.models import City, Job
from anlan.env import EnvError, read_env
from tests.make.contacts import contact, message

OUT = Outgoing("r" * 32, "sms", "13951230001", "en", "Reminder", "T-1 is due.")
REFUSED = {"refused.example": 550, "later.example": 450, "busy.example": 451, "login.example": 530}
MAIL = Outgoing("m" * 32, "mail", "duty@example.org", "zh-hans", "提醒", "T-1 即将到期。")


def real_city() -> None:
    City.objects.update(synthetic=False)


@pytest.fixture
def web(request: Any) -> Iterator[tuple[str, list[Any]]]:
    """An HTTP gateway that answers as told; what it got."""
    got: list[Any] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            status = int(self.path.strip("/"))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/200")
            self.end_headers()
            self.wfile.write(b'{"id": 17}' if status == 200 else b"no")

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


@pytest.fixture
def post() -> Iterator[tuple[str, list[str]]]:
    """A mail server that refuses addresses at refused.example, and for now those at later.example; what it got."""
    got: list[str] = []

    class Mail(StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word == "DATA":
                    self.say("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    got.append("".join(lines))
                no = next((code for host, code in REFUSED.items() if host in line), None)
                self.say(f"{no} no {line}" if no else "221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    server = ThreadingTCPServer(("127.0.0.1", 0), Mail)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"smtp://127.0.0.1:{server.server_address[1]}/?from=anlan@example.org", got
    server.shutdown()
    server.server_close()


def test_the_http_gateway_posts_one_documented_object_with_its_key(web: tuple[str, list[Any]]) -> None:
    """The reference is both the id and the idempotency key; the gateway's own number comes back."""
    url, got = web
    assert Http(f"{url}/200", "secret").send(OUT).number == "17"
    ((headers, body),) = got
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer secret", OUT.reference)
    assert body == {"id": OUT.reference, "kind": "sms", "to": "13951230001", "language": "en", "subject": "Reminder",
                    "text": "T-1 is due."}  # fmt: skip


@pytest.mark.parametrize(("status", "lasting"), [
    (400, True), (302, True), (401, False), (403, False), (404, False), (429, False), (500, False),
])  # fmt: skip
def test_what_the_http_gateway_answers_says_whether_to_ask_again(
    web: tuple[str, list[Any]], status: int, lasting: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A redirection is not followed: it would carry the address elsewhere. Shut out, no message is to blame."""
    url, got = web
    logging.getLogger("anlan").propagate = True
    with pytest.raises(GatewayFailed) as error:
        Http(f"{url}/{status}").send(OUT)
    assert (error.value.lasting, len(got)) == (lasting, 1)
    assert error.value.code == ("gateway_refused" if lasting else "gateway_away")
    told = f"the gateway answers {status}: look at its address and key" in caplog.text
    assert told == (status in {401, 403, 404})


@pytest.mark.parametrize(
    "answer",
    [b"sorry, 13951230001 is busy\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n63\r\n13951230001"],
)
def test_what_is_no_answer_of_http_is_asked_again_and_reaches_no_log(
    answer: bytes, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A line that is no status, a body that breaks off: the gateway's own words may hold the number."""
    real_city()
    logging.getLogger("anlan").propagate = True

    class Odd(StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.wfile.write(answer)

    with ThreadingTCPServer(("127.0.0.1", 0), Odd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.GATEWAY_URL = f"http://127.0.0.1:{server.server_address[1]}/"
        sent = message(contact("sms", OUT.address))
        jobs.drain()
        server.shutdown()
    job = Job.objects.get(name="core.message")
    assert (job.state, job.error) == ("ready", "GatewayFailed: gateway_away")
    assert OUT.address not in caplog.text
    sent.refresh_from_db()
    assert sent.state == "waiting"


def test_a_gateway_that_does_not_listen_is_away() -> None:
    """To be asked again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"127.0.0.1:{free.getsockname()[1]}"
        for gateway in (Http(f"http://{url}/"), Smtp(f"smtp://{url}/?from=a@example.org")):
            with pytest.raises(GatewayFailed) as error:
                gateway.send(OUT)
            assert (error.value.code, error.value.lasting) == ("gateway_away", False)


def test_mail_goes_by_smtp_with_the_reference_as_its_message_id(post: tuple[str, list[str]]) -> None:
    """A mail system knows a repeat by it."""
    url, got = post
    assert Smtp(url).send(MAIL).number == f"<{MAIL.reference}@example.org>"
    assert f"Message-ID: <{MAIL.reference}@example.org>" in got[0]
    assert "To: duty@example.org" in got[0]


def test_an_address_that_the_mail_server_refuses_reaches_no_log_and_no_stored_error(
    post: tuple[str, list[str]], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """SMTP errors show the address; ours show a code."""
    real_city()
    settings.SMTP_URL = post[0]
    logging.getLogger("anlan").propagate = True
    sent = message(contact("mail", "somebody@refused.example"))
    jobs.drain()
    sent.refresh_from_db()
    assert (sent.state, sent.reason) == ("failed", "address_refused")
    settings.SMTP_URL = "smtp://127.0.0.1:1/?from=anlan@example.org"
    message(contact("mail", "somebody@refused.example"))
    jobs.drain()
    assert Job.objects.get(state="ready").error == "GatewayFailed: gateway_away"
    assert "refused.example" not in caplog.text + "".join(Job.objects.values_list("error", flat=True))


@pytest.mark.parametrize(("host", "code", "lasting"), [
    ("refused.example", "address_refused", True), ("later.example", "gateway_away", False),
    ("busy.example", "gateway_away", False), ("login.example", "gateway_away", False),
    ("b..c", "address_unfit", True), ("example.org", "gateway_away", False),
])  # fmt: skip
def test_a_mail_server_refuses_an_address_for_good_or_for_now(
    post: tuple[str, list[str]], host: str, code: str, lasting: bool
) -> None:
    """A grey list or a server in trouble is asked again; so is what cannot be sent for another reason."""
    subject = "two\nlines" if host == "example.org" else "subject"
    with pytest.raises(GatewayFailed) as error:
        Smtp(post[0]).send(Outgoing("m" * 32, "mail", f"duty@{host}", "en", subject, "text"))
    assert (error.value.code, error.value.lasting, post[1]) == (code, lasting, [])


@pytest.mark.parametrize("kind", ["sms", "voice", "push", "mail"])
def test_nothing_is_opened_where_no_gateway_is_set(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real city without settings: every message fails with its reason, and no connection is begun."""

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was opened")

    address = "duty@example.org" if kind == "mail" else "13951230001"
    real_city()
    sent = message(contact(kind, address))
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, never)
    monkeypatch.setattr("urllib.request.OpenerDirector.open", never)
    jobs.drain()
    sent.refresh_from_db()
    assert (sent.state, sent.reason, sent.handed_at) == ("failed", "no_gateway", None)


def test_a_simulated_city_never_calls_out_whatever_is_set(settings: Any) -> None:
    """Its messages go to a file of its data directory."""
    settings.SMTP_URL, settings.GATEWAY_URL = "smtp://mail/?from=a@b", "https://gateway/"
    assert {gateway_of(kind).name for kind in ("sms", "voice", "push", "mail")} == {"simulated"}
    real_city()
    assert [gateway_of(kind).name for kind in ("sms", "mail")] == ["http", "smtp"]
    settings.SMTP_URL = settings.GATEWAY_URL = "simulated"
    assert [gateway_of(kind).name for kind in ("sms", "mail")] == ["simulated", "simulated"]


@pytest.mark.parametrize(("name", "value"), [
    ("ANLAN_SMTP_URL", "mail.example.org"), ("ANLAN_SMTP_URL", "smtp://mail.example.org:25"),
    ("ANLAN_SMTP_URL", "smtp://mail:port/?from=a@b"), ("ANLAN_GATEWAY_URL", "file:///etc/passwd"),
    ("ANLAN_GATEWAY_URL", "https:"),
])  # fmt: skip
def test_a_setting_that_cannot_be_right_stops_the_start(name: str, value: str) -> None:
    """With what to write."""
    with pytest.raises(EnvError, match=name):
        read_env({name: value})
