"""A real day of a foreign hotline comes in with what became of each complaint."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter

import pytest
from typer.testing import CliRunner

from anlan.cli import app
from anlan.core.ledger.verification import verify
from anlan.core.time.clock_report import clock_report
from anlan.triage.models import Incident
from tests import make

NAME = "nyc-2023-09-29/sep29_flooding.csv"
MAPPING = """
source = "nyc311"
tz = "America/New_York"

[report]
id = "Unique Key"
received = "Created Date"
lon = "Longitude"
lat = "Latitude"
place = ["Incident Address", "Intersection Street 1", "Intersection Street 2"]

[category]
column = "Descriptor"
[category.codes]
"Street Flooding (SJ)" = "waterlogging"
"Highway Flooding (SH)" = "waterlogging"
"Catch Basin Clogged/Flooding (Use Comments) (SC)" = "blocked_drain"
"*" = "other"

[channel]
column = "Open Data Channel Type"
default = "import"
[channel.codes]
PHONE = "hotline_12345"
ONLINE = "web"
MOBILE = "app"
"*" = "import"

[disposal]
default = "done"

[incident]
closed = "Closed Date"

[handover]
column = "Agency"
at = "Created Date"
[handover.codes]
DEP = "drains"
"*" = "west-office"
"""
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _new_york(settings, tmp_path, monkeypatch):
    """A town with New York's zone and bounds."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("anlan.dispatch.commands.import_file.open_platform", lambda data: None)
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "new-york")
    toml = (folder / "city.toml").read_text(encoding="utf-8").replace("Asia/Shanghai", "America/New_York")
    toml = re.sub(r"bounds = .*", "bounds = [-74.3, 40.4, -73.6, 41.0]", toml)
    (folder / "city.toml").write_text(toml, encoding="utf-8")
    make.city(folder)


@pytest.mark.slow
def test_the_complaints_of_a_storm_day_come_in_with_their_closing(real_data, tmp_path):
    """All 3,969, also the 25 that tell their place in words only; what is closed is closed, what waits waits."""
    path = real_data(NAME)
    (tmp_path / "nyc.toml").write_text(MAPPING, encoding="utf-8")
    told = run(path)
    assert (told["input"]["records"], told["accepted"], told["incidents"], told["refused"]) == (3969, 3969, 3969, 0)
    with path.open(encoding="utf-8", newline="") as file:
        closed = sum(1 for row in csv.DictReader(file) if row["Closed Date"])
    states = Counter(Incident.objects.values_list("state", flat=True))
    assert 0 < closed < 3969
    assert states == {"closed": closed, "handed_over": 3969 - closed}
    clocks = {row["clock"]: row for row in clock_report(since=None, until=None)}
    assert (clocks["first_step"]["n"], clocks["first_step"]["missing"]) == (3969, 0)
    assert (clocks["sign"]["n"], clocks["sign"]["missing"]) == (0, 3969)  # no stamp tells when an agency took it
    again = run(path)
    assert (again["accepted"], again["repeated"], again["refused"]) == (0, 3969, 0)
    assert verify().ok


def run(path):
    """Run the command and return what it printed."""
    answer = CliRunner().invoke(app, ["import", str(path), "--mapping", "nyc.toml", "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)
