"""A paper on A4: tagged, with its fonts within, the same bytes for ever; what was typed is set as text."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import subprocess
import sys
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from anlan.core.print import Code, Column, Pairs, Paper, Table, Whole, Words
from anlan.core.print import fonts as printed_with
from anlan.core.print.answers import sent
from anlan.core.print.fonts import pictured, printable
from anlan.core.print.press import MOST_ROWS, SHEETS, pdf, pictures
from anlan.core.print.qr import modules, svg
from anlan.core.refusals import Refused
from tests.flat import flat

AT = dt.datetime(2017, 1, 25, 1, 0, tzinfo=dt.UTC)
MARKUP = r"#eval(1) *b* _i_ $x^2$ \n \u{41} <label> @x = [c] {d} `r` // c /* d */ -- ~ #set page(width: 1pt)"


def paper(*parts: Any, title: str = "年报", chinese: bool = True) -> Paper:
    return Paper(title, "B-2017-01", "市政府", "市政府 · B-2017-01", AT, parts, chinese)


def whole(chinese: bool = True) -> Paper:
    """A paper with every kind of part."""
    columns = [Column("指标", 3), Column("单位", 1, "small"), Column("本期", 1, "value"), Column("变化", 1, "number")]
    table = Table(columns, [[("接报量", "有效接报占比 87.3%"), "件", "18,492", "−3.8%"]])
    return paper(
        Words("接报", "heading"), Words("正文。"), Words("小字。", "small"), Words("[1] 口径。", "note"),
        Pairs([("期限", "2016-06-30")]), Whole([Words("各区", "heading"), table]),
        Code("核验码 B-2017-01", svg("B-2017-01")), chinese=chinese,
    )  # fmt: skip


def read(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(document).pages)


@pytest.mark.parametrize(("chinese", "language"), [(True, "zh-CN"), (False, "en")])
def test_a_paper_is_tagged_and_says_its_title_and_language(chinese: bool, language: str) -> None:
    """PDF/UA-1 and PDF/A-2a: read aloud in its order and language, and kept for long."""
    found = read(pdf(whole(chinese)))
    catalogue = found.trailer["/Root"]
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/Lang"]) == (True, language)
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert found.metadata is not None
    assert (found.metadata.title, found.metadata.author) == ("年报", "市政府")
    assert found.metadata.creation_date == AT
    about = catalogue["/Metadata"].get_data().decode()
    for mark in ("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<"):
        assert mark in about
    kinds = set(kinds_of(catalogue["/StructTreeRoot"]))
    assert {"/H1", "/Table", "/TH", "/TD", "/P", "/Figure"} <= kinds


def kinds_of(node: Any) -> list[str]:
    """Return the kinds of all elements of a tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [kind for child in node for kind in kinds_of(child)]
    if not isinstance(node, dict):
        return []
    return [*map(str, [node["/S"]] if "/S" in node else []), *(kinds_of(node["/K"]) if "/K" in node else [])]


def test_every_font_is_within_and_only_what_is_used_of_it() -> None:
    """No reader has to bring any, and a paper of a page weighs little."""
    document = pdf(whole())
    fonts = {font.get_object()["/BaseFont"]: font.get_object()["/DescendantFonts"][0].get_object()
             for page in read(document).pages for font in page["/Resources"]["/Font"].values()}  # fmt: skip
    assert {name.partition("+")[2].removesuffix("-Identity-H") for name in fonts} == {
        "NotoSansSC-Regular",
        "NotoSerifSC-Regular",
    }
    for name, font in fonts.items():
        assert name[7] == "+"  # of a subset
        assert "/FontFile3" in font["/FontDescriptor"]
    assert len(document) < 60_000


def test_text_stays_text_in_both_languages() -> None:
    """It is found and copied: Chinese, numbers, a typesetter's minus, and the number of each page."""
    for chinese in (True, False):
        text = flat(text_of(pdf(whole(chinese))))
        for words in ("年报", "接报量", "有效接报占比", "18,492", "−3.8%", "核验码", "B-2017-01", "1 / 1"):
            assert words in text


@pytest.mark.parametrize("chinese", [True, False])
def test_what_was_typed_is_never_read_as_markup(chinese: bool) -> None:
    """Signs of typst stand there as they were typed, wherever they were typed."""
    table = Table([Column(MARKUP, 1)], [[(MARKUP, MARKUP)]])
    parts = [Words(MARKUP), Words(MARKUP, "heading"), Words(MARKUP, "note"), Pairs([(MARKUP, MARKUP)]), table]
    document = pdf(paper(*parts, title=MARKUP, chinese=chinese))
    text = "".join(text_of(document).split())
    assert text.count("".join(MARKUP.split())) == 9
    assert read(document).metadata.title == MARKUP  # type: ignore[union-attr]


def test_a_sheet_takes_nothing_from_outside() -> None:
    """No package, no other file: what it sets came with the call."""
    for sheet in SHEETS.iterdir():
        code = sheet.read_text(encoding="utf-8")
        assert sheet.suffix == ".typ"
        assert not [word for word in ("import", "include", "@preview", "read(", "plugin(", "eval(") if word in code]


def test_the_same_paper_has_the_same_bytes_in_another_process() -> None:
    """Also after other papers, and wherever it is made."""
    code = ("import django; django.setup(); import sys, hashlib; from tests.core.print.test_print import pdf, whole;"
            "print(hashlib.sha256(pdf(whole())).hexdigest())")  # fmt: skip
    pdf(paper(Words("Another.")))
    ours = hashlib.sha256(pdf(whole())).hexdigest()
    theirs = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert theirs.stdout.strip() == ours


def test_every_character_of_gbk_has_a_picture() -> None:
    """Names of places too, and rarer ones: 垚 of people, 㙟 beyond GBK."""
    pairs = (bytes([high, low]) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    decoded = (pair.decode("gbk", errors="ignore") for pair in pairs)
    han = {sign for sign in decoded if len(sign) == 1 and "\u4e00" <= sign <= "\u9fff"}
    assert len(han) == 20902
    assert han <= pictured()
    assert pictured().issuperset("垚㙟溇圩—−×“”°±≥")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("\U00031350路", "[U+31350]路"), ("水\U0001f600", "水[U+1F600]"), ("a\x07b", "a[U+0007]b"),
     ("\ud800", "[U+D800]"), ("a\u200b\u00a0b", "a\u200b\u00a0b"), ("两\n行", "两\n行")],
)  # fmt: skip
def test_a_character_without_a_picture_is_named(typed: str, printed: str) -> None:
    """By its number: neither an empty box nor nothing."""
    assert printable(typed) == printed
    text = "".join(text_of(pdf(paper(Words(typed)))).replace("\u200b", "").split())
    assert "".join(printed.replace("\u200b", "").split()) in text


def test_no_line_of_chinese_begins_with_a_comma() -> None:
    """It hangs behind the line before."""
    lines = [Words("水" * before + "，" + "涝" * 60) for before in range(40, 60)]
    assert not [line for line in text_of(pdf(paper(*lines))).splitlines() if line.startswith("，")]


def test_without_fonts_nothing_is_printed_and_it_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of empty boxes would look like a paper."""
    monkeypatch.setattr(printed_with, "PACKAGE", "no_such_fonts")
    with pytest.raises(Refused) as error:
        printed_with.folder()
    assert error.value.code == "print_fonts_missing"
    pictured.cache_clear()
    with translation.override("zh-hans"):
        answer = sent(paper, Words("x"))
    pictured.cache_clear()
    assert (answer.status_code, answer["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert "make setup" in answer.content.decode()
    assert "字体" in answer.content.decode()


def test_a_paper_has_an_end() -> None:
    """Nobody can ask for one that takes the server's memory."""
    rows = [["x"]] * MOST_ROWS
    answer = sent(paper, Table([Column("n", 1)], rows), Whole([Table([Column("n", 1)], [["y"]])]))
    assert (answer.status_code, "1000" in answer.content.decode()) == (422, True)


def test_pages_can_be_looked_at() -> None:
    """As pictures, a page each."""
    (page,) = pictures(whole())
    assert page.startswith(b"\x89PNG")


def test_a_square_is_a_code_that_can_be_read() -> None:
    """Three corners with their rings, quiet within the size that it needs."""
    rows = modules("B-2017-01 C349 0B2C 751D 37B4 E1A7")
    ring = [[True] * 7, [True, *[False] * 5, True]]
    assert [rows[0][:7], rows[1][:7]] == [rows[0][-7:], rows[1][-7:]] == [rows[-1][:7], rows[-2][:7]] == ring
    assert len(rows) == len(rows[0]) == 25
