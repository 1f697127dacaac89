"""What a mapping of calls may say, and what its guide says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anlan.dispatch.callfiles import mapping as mappings
from anlan.dispatch.rules import RECORDED
from anlan.intake.models import Report
from tests import make
from tests.make.callfiles import COUNTED, HEAD, MAPPING, call, command, run

DOCS = Path(__file__).parents[2] / "docs"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    make.city()


WRONG = [
    ('source = "cad"', 'sorce = "cad"', ["sorce", "'source'"]),
    ('closed = "closed"', 'closed = "Closd"', ["incident.closed", "'Closd'", "'closed'"]),
    ('column = "u{n}"', 'colum = "u{n}"', ["units.colum", "'column'"]),
    ('dispatched = "d{n}"', 'dispached = "d{n}"', ["units.dispached", "'dispatched'"]),
    ('acknowledged = "a{n}"', 'acknowledged = "ack{n}"', ["units.acknowledged", "'ack1'"]),
    ('"waterlogging"', '"watrlogging"', ["category.codes.fld", "'waterlogging'"]),
    ('OK = "done"', 'OK = "dun"', ["disposal.codes.ok", "'done'"]),
    ('missing = ["NULL"]', 'tz = "Mars/Phobos"', ["tz", "Asia/Shanghai"]),
    ('missing = ["NULL"]', 'crs = "EPSG:1"', ["crs"]),
    ('missing = ["NULL"]', "missing = 3", ["missing", "list"]),
    ('id = "no"', "", ["report.id", "missing"]),
    ('lon = "x"', "", ["lon and lat"]),
    ("[disposal]", "[dispozal]", ["dispozal", "'disposal'"]),
    ('source = "cad"', "source = ", ["map.toml"]),
    ('source = "cad"', 'source = "cad"\nchannel = "telepathy"', ["channel.default", "phone_110"]),
    ("[units]", '[units]\nif_elsewhere = "maybe"', ["units.if_elsewhere", "keep"]),
    ("[units]", '[units]\nunknown = { organisation = "nobody", kind = "works" }', ["units.unknown.organisation"]),
    ("[units]", '[units]\ncodes = { E1 = "mobil-1" }', ["units.codes.e1", "'mobile-1'"]),
]


@pytest.mark.parametrize(("right", "wrong", "words"), WRONG)
def test_a_wrong_mapping_ends_the_import_before_anything_is_written(tmp_path, right, wrong, words):
    """Status 2; the message names the key and the nearest name."""
    (tmp_path / "calls.csv").write_text(f"{HEAD}\n{call('A')}\n", encoding="utf-8")
    mapping = MAPPING + COUNTED
    assert right in mapping
    (tmp_path / "map.toml").write_text(mapping.replace(right, wrong, 1), encoding="utf-8")
    answer = command("calls.csv")
    said = answer.stderr + str(answer.exception)
    assert answer.exit_code == 2 or getattr(answer.exception, "exit_status", None) == 2
    assert all(word in said for word in words), said
    assert not Report.objects.exists()
    assert not (tmp_path / "calls.csv.refused.csv").exists()


def test_options_that_the_mapping_tells_are_refused_beside_it(tmp_path):
    """Two sources of one truth are none."""
    (tmp_path / "calls.csv").write_text(f"{HEAD}\n{call('A')}\n", encoding="utf-8")
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    answer = command("calls.csv", "--lon", "x")
    assert (answer.exit_code, "--mapping" in answer.stderr) == (2, True)


def test_the_guide_s_sample_runs_as_printed(tmp_path):
    """The calls and the mapping of docs/howto/import.md, and its table of keys."""
    guide = (DOCS / "howto/import.md").read_text(encoding="utf-8")
    lines = re.search(r"```csv\n(.*?)```", guide, re.DOTALL)[1].splitlines()
    mapping = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)[1]
    told, refused = run(tmp_path, lines[1:], mapping, head=lines[0])
    assert (told["accepted"], told["assignments"], refused) == (2, 3, [])
    section = (DOCS / "reference/json.md").read_text().split("## anlan import --mapping\n")[1].split("\n## ")[0]
    assert {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")} == set(told)


def test_the_guide_names_every_key_and_every_refusal():
    """What a mapping may say, and why a record comes back, is written down."""
    guide = (DOCS / "howto/import.md").read_text(encoding="utf-8")
    keys = {
        *mappings.REPORT,
        *mappings.CODED,
        *RECORDED,
        "if_elsewhere",
        "if_not_sent",
        "if_open",
        "shared",
        "separator",
    }
    assert not [
        key for key in keys if f"`{key}" not in guide and f"`[{key}]`" not in guide and f"{key} = " not in guide
    ]
