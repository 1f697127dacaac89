"""The city's categories for its operator: what each is called, and how much is told of it this year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.core.city.current import city_zone
from anlan.core.operator.views.tables import IN_FOLDER, IN_USE, number, with_reader
from anlan.core.pages import Column, ListPage, Reader, Typed, containing
from anlan.core.people.actors import Actor
from anlan.intake.models import Category, Report
from anlan.intake.words import kind_words


def _categories(actor: Actor) -> QuerySet[Category]:
    return Category.objects.order_by("sort", "code")


def _this_year(reader: Reader) -> Mapping[int, int]:
    begins = dt.datetime(reader.today.year, 1, 1, tzinfo=city_zone())
    found = Report.objects.visible_to(reader.actor).filter(received_at__gte=begins, received_at__lte=reader.at)
    return dict(found.order_by().values_list("category").annotate(n=Count("pk")))


CATEGORIES = ListPage(
    pgettext_lazy("operator", "Categories"), _categories,
    [Column(pgettext_lazy("a line of the city folder", "Code"), lambda row: Typed(row.code), head=True, sort="code"),
     Column(_("Category"), lambda row: Typed(row.name), under=lambda row: Typed(row.name_en)),
     Column(_("Name in English"), lambda row: row.name_en, on_page=False),
     Column(_("On the public page"), lambda row: Typed(row.public_name) if row.public else None,
            under=lambda row: Typed(row.public_name_en) if row.public else None),
     Column(pgettext_lazy("a category", "Kind"), lambda row: kind_words(row.kind)),
     Column(_("Group"), lambda row: row.group, sort="group"),
     number(_("Reports this year"), _this_year)],
    tabs=IN_USE, shape=with_reader, search=containing("code", "name", "name_en", "public_name", "public_name_en"),
    hint=_("Code or name"), note=IN_FOLDER, size=100,
)  # fmt: skip
