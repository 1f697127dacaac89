"""What intake puts into the shell and into its own pages' slots."""

from __future__ import annotations

import anlan.intake.telling  # noqa: F401  (registers what intake tells on the tracking page)
