"""The front end's ground: tokens, catalogue, content policy, language."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src/anlan"
TOKENS = SOURCES / "core/static/core/tokens.css"
SHEETS = sorted(path for path in SOURCES.glob("*/static/**/*.css") if "dist" not in path.parts)


def test_the_two_dark_blocks_are_the_same() -> None:
    """Older embedded browsers need the dark tokens twice; they must not drift apart."""
    blocks = re.findall(r"\{ color-scheme: dark;|color-scheme: dark;(.*?)\n\} \}", TOKENS.read_text(), re.S)
    assert len(blocks) == 2
    assert blocks[0] == blocks[1]


def test_what_is_hidden_stays_so_while_later_sheets_load() -> None:
    """The sheet that gives rows and buttons their display is the one that takes it from what is hidden."""
    rule = "[hidden] { display: none !important; }"
    assert [path.name for path in SHEETS if rule in path.read_text()] == ["base.css"]


def test_only_the_tokens_name_a_colour_or_a_font() -> None:
    """Every other sheet speaks in custom properties."""
    assert len(SHEETS) > 4
    named = [f"{sheet.name}: {found}" for sheet in SHEETS if sheet != TOKENS for found in named_in(sheet)]
    assert not named, "\n".join(named)


def named_in(sheet: Path) -> list[str]:
    """Return the colours and fonts that a sheet names itself."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.S)
    fonts = [found.strip() for found in re.findall(r"font-family:\s*([^;}]+)", text)]
    colours: list[str] = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(", text)
    return colours + [font for font in fonts if not font.startswith("var(")]


def test_the_chinese_catalogue_is_complete() -> None:
    """Every word on screen has its Chinese, with the same placeholders."""
    answer = subprocess.run([sys.executable, ROOT / "bin/i18n", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert answer.returncode == 0, answer.stderr


@pytest.mark.django_db
def test_every_answer_carries_the_content_policy(client: Client) -> None:
    """Nothing but this server's own scripts and styles runs, on pages and on errors."""
    for path in ["/login/", "/no-such-page/"]:
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "header", "spoken"),
    [("", "zh-CN,zh;q=0.9", "登录"), ("", "fr", "Sign in"), ("?lang=zh-hans", "en", "登录")],
)
def test_a_page_speaks_the_chosen_language_else_the_browsers(
    client: Client, asked: str, header: str, spoken: str
) -> None:
    """`?lang=` wins and is remembered, then the browser's list, then the city's language, then English."""
    page = client.get(f"/login/{asked}", headers={"Accept-Language": header})
    assert spoken in page.content.decode()
    assert ("django_language" in page.cookies) is bool(asked)


@pytest.mark.django_db
def test_the_link_to_the_other_language_keeps_what_the_address_asks_for(client: Client) -> None:
    """Filters, and where somebody goes after the log-in."""
    page = client.get("/login/?next=/problems/&lang=zh", headers={"Accept-Language": "en"}).content.decode()
    links = [urlsplit(html.unescape(one)) for one in re.findall(r'href="(\?[^"]*lang=[^"]*)"', page)]
    assert [parse_qs(link.query) for link in links] == [{"next": ["/problems/"], "lang": ["en"]}]
