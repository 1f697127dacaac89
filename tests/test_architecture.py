"""What import-linter cannot see: forward references by name, addresses without access, the line that is not crossed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from anlan.core.jobs import JOBS
from anlan.core.web.access import declared

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src/anlan"
PATH = [
    "geo",
    "tables",
    "analysis",
    "core",
    "intake",
    "triage",
    "dispatch",
    "hotspots",
    "prevention",
    "voice",
    "effect",
    "bulletin",
    "boards",
    "api",
    "city",
]  # data walk forward, imports point backward

# Words of things that Anlan refuses (CONTEXT.md, last section): no table, field, category, measure or export has one.
REFUSED = re.compile(
    r"watch_?list|black_?list|key_?person|risk_?score|person_?score|credit_?score|suspect|informant|ethnic|nation(ality)?_|"
    r"religio|native_?place|resident_?id|id_?card|face_|facial|gait|trajector|track_person|predict(ed|ive)_?(crime|offence)|"
    r"patrol_?score|repeat_?caller|serial_?complain|mental_?(ill|health)|drug_?user|"
    r"重点人员|高危人员|籍贯|民族|宗教|积分|画像|信用分|轨迹|布控|人脸|步态|犯罪预测|特情|耳目|线人|维稳|缠访|闹访|精神病|吸毒|舆情|身份证|黑名单|末位淘汰|零发案",
    re.IGNORECASE,
)


def stage_of(path: Path) -> str | None:
    """Return the stage that a file belongs to."""
    part = path.relative_to(SOURCES).parts[0]
    return part if part in PATH else None


def strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def code_files() -> list[Path]:
    return sorted(path for path in SOURCES.rglob("*.py") if "migrations" not in path.parts)


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("anlan.")]


@pytest.mark.parametrize("path", code_files(), ids=lambda path: str(path.relative_to(SOURCES)))
def test_no_name_points_forward(path: Path) -> None:
    """Models, jobs and entries of later stages are not named as text in earlier ones."""
    stage = stage_of(path)
    later = PATH[PATH.index(stage) + 1 :] if stage else []
    named = re.compile(rf"^({'|'.join(later)})\.[A-Za-z_]+$") if later else None
    files = (".toml", ".csv", ".json")  # the folder's city.toml is no model of the city stage
    found = [(line, text) for line, text in strings(path) if named and named.match(text) and not text.endswith(files)]
    assert not found, f"{path}: {found}"


def test_jobs_are_named_by_their_stage() -> None:
    """A job's name begins with the stage whose module registers it."""
    for name, function in JOBS.items():
        if function.__module__.startswith("anlan."):
            assert function.__module__.split(".")[1] == name.split(".")[0]


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":  # Django's own pages: the middleware lets in operators only
                yield from addresses(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


def test_every_address_says_who_may_open_it() -> None:
    """An address without declared access would be refused at run time; it fails here first."""
    every = list(addresses(get_resolver()))
    assert len(every) > 20
    assert not [address for address, pattern in every if declared(pattern.callback) is None]


@pytest.mark.django_db
def test_the_middleware_refuses_what_is_not_declared(rf: Any) -> None:
    """Forgetting a declaration closes a page; it never opens one."""
    from django.core.exceptions import PermissionDenied

    from anlan.core.web.middleware.access import Access

    request = rf.get("/")
    with pytest.raises(PermissionDenied):
        Access(lambda request: request).process_view(request, lambda request: None, [], {})


def test_models_that_pages_list_are_scoped() -> None:
    """Whatever views read in sets has `visible_to`, and views ask for it."""
    scoped = {model.__name__ for model in own_models() if hasattr(model._default_manager.all(), "visible_to")}
    assert {"Report", "Study", "Site", "Job"} <= scoped
    for path in SOURCES.glob("*/views/*.py"):
        text = path.read_text(encoding="utf-8")
        for name in scoped - {"Job"}:
            for found in re.finditer(rf"\b{name}\.objects\.(?!visible_to)(\w+)", text):
                line = text[: found.start()].count("\n") + 1
                asked = text.splitlines()[line - 1]
                assert "visible_to" in asked or found[1] in {"adopted"}, f"{path}:{line}: {asked.strip()}"


def test_nothing_that_anlan_refuses_has_a_name_here() -> None:
    """No table, field or choice for scores and lists of people, origin, faces, movements or predicted offences."""
    named = []
    for model in own_models():
        named.append(model.__name__)
        for field in model._meta.get_fields():
            named.append(field.name)
            named += [str(value) for value, _ in getattr(field, "choices", None) or []]
    assert len(named) > 150
    assert not [name for name in named if REFUSED.search(name)]


def test_no_category_column_or_address_crosses_the_line(tmp_path: Path) -> None:
    """The reference city's folder, every address, and every export's columns are looked through as well."""
    from anlan.city.town.folder import CATEGORIES, ORGANISATIONS
    from anlan.hotspots.export import COLUMNS

    words = [
        *CATEGORIES.split(),
        *ORGANISATIONS.split(),
        *COLUMNS,
        *(address for address, _ in addresses(get_resolver())),
    ]
    assert not [word for word in words if REFUSED.search(word)]


@pytest.mark.parametrize(
    "name", ["risk_score", "ethnicity", "resident_id", "watch_list", "face_vector", "重点人员", "人脸"]
)
def test_the_line_would_be_seen(name: str) -> None:
    """The check above is not blind."""
    assert REFUSED.search(name)


def test_no_address_leaves_the_house() -> None:
    """No page, style or script names another host: no CDN, no outside tiles, no fonts from elsewhere."""
    texts = [*SOURCES.glob("*/templates/**/*.html"), *(ROOT / "frontend").glob("*.js")]
    texts += [
        path for path in SOURCES.glob("*/static/**/*") if path.suffix in {".css", ".js"} and "dist" not in path.parts
    ]
    for path in texts:
        hosts = set(re.findall(r"https?://([^/\"'\s)]+)", path.read_text(encoding="utf-8"))) - {"www.w3.org"}
        assert not hosts, f"{path}: {hosts}"


def test_every_word_of_the_code_that_people_read_stands_in_the_glossary() -> None:
    """The nouns that pages show have a line in CONTEXT.md."""
    glossary = (ROOT / "CONTEXT.md").read_text(encoding="utf-8")
    for word in (
        "Report",
        "Study",
        "Site",
        "Organisation",
        "Area",
        "Role",
        "Attachment",
        "Job",
        "LedgerEntry",
        "Episode",
    ):
        assert f"`{word}`" in glossary, word


def test_every_setting_has_a_line_of_documentation() -> None:
    """Every ANLAN_ variable that the code reads stands on the page of settings."""
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    names = {
        name for path in code_files() for name in re.findall(r'"(ANLAN_[A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(names) >= 8
    assert not [name for name in names if f"`{name}`" not in page]


def test_the_page_of_commands_is_up_to_date() -> None:
    """`make docs` would change nothing."""
    from anlan.core.operator.command_pages import page

    assert (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8") == page()
