"""The admin in Chinese: no name of a table, a field or a button is left in English."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.utils.translation import gettext, override

from anlan.core.models import Person
from tests import make

pytestmark = pytest.mark.django_db
# What is data, or what Django's log-in and our names for machines write as it is.
KEPT = re.compile(r"Anlan|Cookie|JSON|EPSG|TOML")


class Labels(HTMLParser):
    """Collects what stands as heading, label, link of the menu or button."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.found = 0, set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in {"h1", "h2", "h3", "th", "label", "button", "caption"}
        if tag == "input" and dict(attrs).get("type") == "submit":
            self.found.add(dict(attrs).get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in {"h1", "h2", "h3", "th", "label", "button", "caption"}

    def handle_data(self, data: str) -> None:
        if self.depth and data.strip():
            self.found.add(data.strip())


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_lists_and_forms_are_named_in_chinese(model: Any) -> None:
    """List, form of a new row and form of a row that is there, as an operator opens them."""
    make.city()
    person = make.person("operator", username="1")
    browser = make.browser(person)
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    rows = model._default_manager.exclude(pk=person.pk) if model is Person else model._default_manager.all()
    paths = [base, f"{base}add/", *(f"{base}{row.pk}/change/" for row in rows[:1])]
    for path in paths:
        answer = browser.get(path, headers={"Accept-Language": "zh-hans"})
        if answer.status_code == 403:  # nothing is added here
            continue
        labels = Labels()
        labels.feed(answer.content.decode())
        data = {getattr(row, name, "") for row in rows for name in ("code", "name_en", "username")}
        english = [label for label in labels.found if re.search(r"[A-Za-z]{3}", label) and not KEPT.search(label)]
        assert sorted(set(english) - {str(cell) for cell in data}) == [], path


def test_buttons_of_the_admin_are_the_trades() -> None:
    """Change is no change of a figure, somebody is added, and nobody's account is closed by signing out."""
    with override("zh-hans"):
        said = [gettext(words) for words in ("Change", "Add", "Log out", "Recent actions")]
    assert said == ["修改", "新增", "退出", "最近操作"]


def test_words_of_the_admin_need_no_migration() -> None:
    """They are set where the admin starts; tables stay as their migrations made them."""
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
