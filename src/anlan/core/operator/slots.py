"""The operator's room on the rail."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from anlan.core.people.roles import Role
from anlan.core.web.slots import rail

rail(85, "运", pgettext_lazy("rail", "Operation"), "core:operator", [Role.OPERATOR], stretch="account", letter="z",
     pinned_for=[Role.OPERATOR], first_for=[Role.OPERATOR],
     holds=["core:operator", "core:person", "core:people"], room="operator")  # fmt: skip
