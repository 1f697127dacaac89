"""What boards put on the rail: what waits for each person, before all others; the overview, operation and audit."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from anlan.boards.access import READS
from anlan.core.people.roles import Role
from anlan.core.web.slots import rail, serves

rail(0, "今", pgettext_lazy("rail", "Today"), "boards:today", None, stretch="", letter="t")
rail(80, "览", pgettext_lazy("rail", "Overview"), "boards:overview", READS, stretch="account", letter="o",
     pinned_for=[Role.LEADER, Role.AUDITOR], first_for=[Role.LEADER])  # fmt: skip
rail(85, "运", pgettext_lazy("rail", "Status"), "boards:status", [Role.OPERATOR], stretch="account", letter="z",
     pinned_for=[Role.OPERATOR], first_for=[Role.OPERATOR])  # fmt: skip
rail(86, "员", pgettext_lazy("rail", "People"), "core:people", [Role.OPERATOR], stretch="account", letter="r",
     pinned_for=[Role.OPERATOR])  # fmt: skip
rail(90, "审", pgettext_lazy("rail", "Audit"), "boards:audit", [Role.AUDITOR], stretch="account", letter="l",
     pinned_for=[Role.AUDITOR], first_for=[Role.AUDITOR])  # fmt: skip
serves("finder", "boards:find")
serves("counter", "boards:due")
