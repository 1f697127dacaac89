"""Runs as a process: a city with a report, whose ledger an auditor has verified; prints what came of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from anlan.core.operator.setup import start_django

start_django(None)

from django.core.management import call_command  # noqa: E402

from anlan.core import jobs  # noqa: E402
from anlan.core.city import folder  # noqa: E402
from anlan.core.ledger import jobs as ledger_jobs  # noqa: E402
from anlan.core.ledger import seals, watch  # noqa: E402
from anlan.core.models import Job  # noqa: E402
from anlan.core.people.actors import system  # noqa: E402
from anlan.core.time.clock import now  # noqa: E402

call_command("migrate", interactive=False, verbosity=0)
folder.load(Path(sys.argv[1]), actor=system("test"), at=now())
seals.seal()
ledger_jobs.PROGRESS_S = 0.0  # type: ignore[misc]
watch.ask_to_verify(actor=system("test"), at=now())
jobs.drain()
found, job = watch.last_found(), Job.objects.get(name=watch.JOB)
sys.stdout.write(json.dumps({"ok": found and found.ok, "state": job.state, "done": job.done, "total": job.total}))
