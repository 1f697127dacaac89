"""English is quoted with straight marks, on screen and on paper; the curly ones are Chinese."""

from __future__ import annotations

import ast
import re

import pytest
from babel.messages.pofile import read_po

from tests.architecture.source import ROOT, code_files, tree

CURLY, CHINESE = re.compile("[“”]"), re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
PO = ROOT / "src/anlan/locale/zh_Hans/LC_MESSAGES/django.po"
pytestmark = pytest.mark.pure


def test_no_english_of_the_catalogue_has_curly_quotes() -> None:
    """Code and templates alike: their English is the catalogue's names."""
    with PO.open("rb") as file:
        messages = [message.id for message in read_po(file, locale="zh_Hans")]
    english = [name for names in messages for name in ([names] if isinstance(names, str) else names)]
    assert len(english) > 1000
    assert [name for name in english if CURLY.search(name)] == []


def test_no_english_of_the_source_has_curly_quotes() -> None:
    """What is printed past the catalogue too, such as the definitions of figures."""
    texts = [
        (path.name, node.lineno, "".join(_parts(node)))
        for path in code_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr | ast.Constant)
    ]
    assert len(texts) > 1000
    wrong = [(name, line, text) for name, line, text in texts if CURLY.search(text) and not CHINESE.search(text)]
    assert wrong == []


def _parts(node: ast.JoinedStr | ast.Constant) -> list[str]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
