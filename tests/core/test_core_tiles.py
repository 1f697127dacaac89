"""An operator's base map comes through the server, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from anlan.core.web import tiles
from anlan.env import EnvError, read_env
from tests import make

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
pytestmark = pytest.mark.django_db


@pytest.fixture
def source(settings) -> Iterator[list[str]]:
    """A tile source on this machine; what it was asked."""
    asked: list[str] = []

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if "/1/" in self.path else 403)
            self.end_headers()
            self.wfile.write(PICTURE if "/1/0/" in self.path else b"<script>alert(1)</script>")

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TILE_URL = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}?key=secret"
    settings.TILE_ATTRIBUTION = "Somebody"
    tiles.fetched.cache_clear()
    yield asked
    server.shutdown()
    server.server_close()


def test_a_tile_comes_through_the_server_once(client, source):
    """The browser gets the picture; asked twice the source is asked once, and the key stays with the server."""
    make.city()
    for _ in range(2):
        answer = client.get("/map/tiles/1/0/1")
        assert (answer.status_code, answer.headers["Content-Type"], answer.content) == (200, "image/png", PICTURE)
    assert source == ["/1/0/1?key=secret"]
    page = client.get("/login/").content.decode()
    assert 'data-tiles="/map/tiles/{z}/{x}/{y}"' in page
    assert "secret" not in page


@pytest.mark.parametrize("path", ["/map/tiles/1/1/0", "/map/tiles/2/1/0"])
def test_what_is_no_picture_or_refused_is_a_502(client, source, path):
    """A page of the source never reaches our own origin."""
    answer = client.get(path)
    assert (answer.status_code, answer.content) == (502, b"")


@pytest.mark.parametrize("path", ["/map/tiles/1/2/0", "/map/tiles/30/0/0"])
def test_a_tile_that_cannot_be_is_404(client, source, path):
    """The source is not asked."""
    assert client.get(path).status_code == 404
    assert source == []


def test_without_a_source_there_are_no_tiles(client):
    """The default needs no internet: no address in the page, 404 for a tile."""
    make.city()
    assert client.get("/map/tiles/1/0/0").status_code == 404
    assert "data-tiles" not in client.get("/login/").content.decode()


@pytest.mark.parametrize("address", ["ftp://host/{z}/{x}/{y}", "https://host/{z}/{x}", "host/{z}/{x}/{y}"])
def test_an_address_that_cannot_be_right_stops_the_start(address):
    """With what to write instead."""
    with pytest.raises(EnvError, match="ANLAN_TILE_URL: write https"):
        read_env({"ANLAN_TILE_URL": address})
