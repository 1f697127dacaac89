"""Personal content is read through `core/sealed` alone, so that no opening goes without an entry."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
from django.db import models

from anlan.core.sealed.models import Sealed, SealedWords
from tests.architecture.line import own_models
from tests.architecture.ratchet import only_falls
from tests.architecture.source import SOURCES, code_files, short, stored_names, tree

# Bytes in tables that are nobody's content.
NOT_PERSONAL: Final = {
    "LedgerSeal.marks",  # where a broken seal is broken
    "RowSet.packed",  # ids of the rows behind a figure
}
# Reads outside `core/sealed`: how many of each, and why.
UNOPENED: Final = {
    # what a verb has looked up is handed to `open_file`
    ("intake/personal", "Attachment.objects.select_related.filter.first"): 1,
    ("prevention/evidence", "Evidence.objects.filter"): 1,
    # the report that comes in, committed to before it is stored
    ("intake/storage", "commitments(salts, content)"): 1,
    # a photo on its way in, before it is anybody's row
    ("intake/photos", "self.jpeg"): 1,
    # contacts are compared with a number that is dialled; the look is an entry, and each report shown one more
    ("triage/callers", "personal__contact"): 1,
    ("triage/callers", "personal__contact__gt"): 1,
    # place words are compared with those of a call, or become a place's label by what they share; nobody is shown them
    ("hotspots/studies", "ReportPersonal.objects.filter"): 1,
    ("intake/nearness", "report.personal.place_words"): 2,
}
BYTES: Final = {"jpeg", "salt"}
HARMLESS: Final = {"exists", "count", "create", "bulk_create"}  # what a chain may end in that reads no content
IDS: Final = {"pk", "report_id", "task_id"}
ANSWERS: Final = {"HttpResponse", "FileResponse", "StreamingHttpResponse"}


@cache
def sealed_models() -> list[type[Sealed]]:
    return [model for model in own_models() if issubclass(model, Sealed)]


def test_every_file_and_every_bytes_in_a_table_is_sealed() -> None:
    """A column of bytes, of a file, or called like a picture belongs to a table that says it is sealed."""
    kinds = (models.BinaryField, models.FileField)
    pictures = re.compile("jpeg|photo|image|picture|voice_file")
    found = {
        f"{model.__name__}.{field.name}"
        for model in own_models()
        if not issubclass(model, Sealed)
        for field in model._meta.concrete_fields
        if isinstance(field, kinds) or pictures.search(field.name)
    }
    assert found == NOT_PERSONAL


def test_every_sealed_table_says_for_what_and_with_which_entries_it_is_opened() -> None:
    """Purposes, reasons, roles and kinds of entries of its own stage; and a salt a record."""
    assert {"ReportPersonal", "Attachment", "Evidence", "ContactAddress"} <= {
        model.__name__ for model in sealed_models()
    }
    for model in sealed_models():
        seal, columns = model.SEAL, {field.name for field in model._meta.concrete_fields}
        assert {"salt", *model.CONTENT} <= columns
        assert all((seal.purposes, seal.reasons, seal.opens, seal.erases))
        read = seal.words_read if issubclass(model, SealedWords) else seal.file_read
        assert read.startswith(f"{model._meta.app_label}.")
        assert issubclass(model, SealedWords) or seal.file_key
        assert set(seal.words) <= {*seal.reasons, *seal.purposes}
        assert not set(seal.by_system) & set(seal.purposes)


def test_sealed_content_is_read_through_core_alone() -> None:
    """Neither by a column, nor through a relation, nor by looking up its rows."""
    paths = [path for path in code_files() if SOURCES / "core/sealed" not in path.parents]
    only_falls(Counter((short(path), read) for path in paths for read in reads(tree(path))), UNOPENED)


def reads(module: ast.Module) -> Iterator[str]:
    """Yield what reads sealed content, or could."""
    names = {model.__name__ for model in sealed_models()}
    through, words = relations(), {name for model in sealed_models() for name in model.CONTENT}
    above = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield from by_column(node, words, through)
            if node.attr in {"objects", "_base_manager"} and ast.unparse(node.value) in names:
                yield from by_rows(node, above)
        text = node.arg if isinstance(node, ast.keyword) else node.value if isinstance(node, ast.Constant) else None
        relation, _, column = text.partition("__") if isinstance(text, str) else ("", "", "")
        if relation in through and column.partition("__")[0] in words | BYTES:
            yield str(text)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"commitment", "commitments"}:
            yield ast.unparse(node)


@cache
def relations() -> set[str]:
    """Return under which names records lead to their sealed rows."""
    keys = [field for model in sealed_models() for field in model._meta.concrete_fields if field.is_relation]
    return {str(field.related_query_name()) for field in keys if not field.remote_field.hidden}


def by_column(node: ast.Attribute, words: set[str], through: set[str]) -> Iterator[str]:
    owner = node.value
    in_memory = isinstance(owner, ast.Name) and owner.id == "photo"  # `PhotoBytes`, which is no row
    related = isinstance(owner, ast.Attribute) and owner.attr in through
    if (node.attr in BYTES and not in_memory) or (node.attr in words and related):
        yield ast.unparse(node)


def by_rows(node: ast.Attribute, above: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """Yield a look-up whose answer holds content: one that ends in no count, and leaves none of it out."""
    chain, child = [], node
    while isinstance(parent := above[child], ast.Attribute) or (isinstance(parent, ast.Call) and parent.func is child):
        chain += [parent.attr] if isinstance(parent, ast.Attribute) else []
        arguments = parent.args if isinstance(parent, ast.Call) else []
        given = {part.value for part in arguments if isinstance(part, ast.Constant)}
        if chain[-1:] == ["values_list"] and given and given <= IDS:
            return
        if chain[-1:] == ["defer"] and given & BYTES:
            return
        child = parent
    to_erase = isinstance(parent, ast.Call) and ast.unparse(parent.func) == "erase"
    if not to_erase and not HARMLESS & set(chain):
        yield f"{ast.unparse(node)}.{'.'.join(chain)}"


@pytest.mark.parametrize(
    "code",
    [
        "x = piece.jpeg", "x = bytes(row.salt)", "x = report.personal.words", "Report.objects.values('personal__name')",
        "Report.objects.filter(personal__contact=x)",
        "a = Attachment.objects.get(pk=1)", "for row in ReportPersonal.objects.all():\n    pass",
        "ReportPersonal.objects.values_list('report_id', 'words')", "Task.objects.values('evidence__jpeg')",
    ],
)  # fmt: skip
def test_a_read_past_it_would_be_seen(code: str) -> None:
    """By column, relation, or row."""
    assert list(reads(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "Attachment.objects.filter(report=x).count()", "ReportPersonal.objects.filter(report=x).exists()",
        "Attachment.objects.order_by('pk').values_list('report_id', 'pk')", "x = report.words", "x = photo.jpeg",
        "erase(Attachment.objects.filter(report=x), at=at)", "task.evidence.defer('salt', 'jpeg')",
    ],
)  # fmt: skip
def test_what_reads_nothing_of_it_passes(code: str) -> None:
    """Counting, ids, words of other tables."""
    assert not list(reads(ast.parse(code)))


def test_only_verbs_open_sealed_content() -> None:
    """Whoever opens is inside a verb, which knows who may see the record."""
    outside = [path for path in code_files() if SOURCES / "core/sealed" not in path.parents]
    found = [(short(path), node.name, bool(stored_names(node)))
             for path in outside for node in ast.walk(tree(path))
             if isinstance(node, ast.FunctionDef) and {"open_words", "open_file"} & called(node)]  # fmt: skip
    assert {stage for stage, _name, _is_verb in found} >= {"intake/personal", "prevention/evidence"}
    assert not [(stage, name) for stage, name, is_verb in found if not is_verb]


def test_anlan_itself_uses_sealed_words_in_named_places_alone() -> None:
    """Nobody reads them there, and no entry says that they were opened: an address on its way to a gateway."""
    users = {short(path) for path in code_files() if "use_words" in called(tree(path))}
    assert users == {"core/jobs"}


def called(node: ast.AST) -> set[str]:
    return {ast.unparse(part.func).rpartition(".")[2] for part in ast.walk(node) if isinstance(part, ast.Call)}


def test_one_place_sends_pictures() -> None:
    """`core.sealed.files.sent`, with its headers; the one file sent as it lies is the rows that an import refused."""
    found = {short(path) for path in code_files() for node in ast.walk(tree(path)) if sends_picture(node)}
    assert found == {"core/files", "intake/imports"}
    assert sends_picture(ast.parse("HttpResponse(jpeg, content_type='image/jpeg')", mode="eval").body)


def sends_picture(node: ast.AST) -> bool:
    """Whether code answers with what it calls an image, or with a file as it lies there."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in ANSWERS:
        return False
    kinds = [ast.unparse(part.value) for part in node.keywords if part.arg == "content_type"]
    return ast.unparse(node.func).endswith("FileResponse") or any("image/" in kind for kind in kinds)
