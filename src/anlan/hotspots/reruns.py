"""Running a study again: equal byte for byte, or what differs and why."""

from __future__ import annotations

import json

from anlan.analysis.revisions import REVISIONS
from anlan.hotspots.computation import compute
from anlan.hotspots.models import Study


def rerun(study: Study) -> tuple[bool, str]:
    """Compute a study again; return whether it was reproduced, and a sentence."""
    basis, outcome = compute(study)
    now = REVISIONS[study.method]
    if outcome == study.outcome and basis.hash == study.input_hash:
        return True, f"reproduced: {study.sites} places from {study.reports} reports, {study.content_hash[:12]}"
    if now != study.revision:
        return False, f"method changed r{study.revision} -> r{now}"
    if basis.hash != study.input_hash:
        return (
            False,
            f"the input differs: {study.reports} reports then, {len(basis.rows)} now up to position {study.position}",
        )
    before, after = json.loads(study.outcome), json.loads(outcome)
    parts = ", ".join(sorted(name for name in before if before[name] != after.get(name)))
    return False, f"equal input and revision, another outcome in: {parts}"
