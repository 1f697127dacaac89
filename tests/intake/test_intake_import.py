"""Importing a file of reports: from the command line and in the browser."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from typer.testing import CliRunner

from anlan.cli import app
from anlan.core import jobs
from anlan.core.models import Job, LedgerEntry
from anlan.core.people.actors import system
from anlan.core.time.clock import frozen, now
from anlan.intake.actions import imports
from anlan.intake.files.chunks import import_file
from anlan.intake.models import ImportRun, Report, ReportPersonal
from tests import make

AT = make.AT
DOCUMENTED = Path(__file__).parents[2] / "docs/reference/json.md"
HEADER = "id,time,lon,lat,location,category"
GOOD = "{n},2016-06-28 13:{n:02d}:00,119.97,31.76,长虹路 {n},waterlogging"
BAD = [
    "90,2016-06-28 13:00:00,120.97,31.76,=cmd(),waterlogging",
    "91,2016-06-29 13:00:00,119.97,31.76,x,waterlogging",
    "92,soon,119.97,31.76,x,waterlogging",
    "93,,119.97,31.76,x,waterlogging",
    "94,2016-06-28 13:00:00,119.97,31.76,x,war",
    "95,2016-06-28 13:00:00,east,31.76,x,waterlogging",
]
CODES = ["outside_city", "time_in_future", "not_a_time", "missing", "unknown_category", "not_a_number"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    make.city()


@pytest.fixture
def listed(tmp_path) -> Path:
    """A list with 30 good rows and six bad ones."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([HEADER, *(GOOD.format(n=n) for n in range(30)), *BAD]) + "\n", encoding="utf-8")
    return path


def read(path, **values):
    """Import a file for the operator."""
    out = io.StringIO()
    given = {"tz": "Asia/Shanghai", "crs": "EPSG:4326"} | values.pop("given", {})
    _, counts = import_file(
        path, name=path.name, given=given, actor=system("import"), at=AT, refused_to=out, **values
    )  # fmt: skip
    return counts, list(csv.DictReader(io.StringIO(out.getvalue())))


def test_good_rows_go_in_and_refused_rows_come_back(listed):
    """With line, field and code, and the original cells, of which none is a formula."""
    counts, refused = read(listed)
    assert (counts.accepted, counts.refused) == (30, 6)
    assert [row["code"] for row in refused] == CODES
    assert refused[0]["line"] == "32"
    assert refused[0]["location"] == "'=cmd()"
    assert all(row["reason"] for row in refused)
    report = Report.objects.get(source_id="7")
    assert (report.received_at.hour, report.received_at.minute, report.channel) == (5, 7, "import")
    assert ReportPersonal.objects.get(report=report).place_words == "长虹路 7"


def test_the_same_file_again_adds_nothing(listed):
    """Also without a column of numbers, by content."""
    read(listed)
    again, _ = read(listed)
    assert (again.accepted, again.repeated) == (0, 30)
    without_ids = listed.with_name("other.csv")
    without_ids.write_text(listed.read_text(encoding="utf-8").replace("id,", "nr,", 1), encoding="utf-8")
    other, _ = read(without_ids, given={"id": ""})
    assert (other.accepted, other.repeated) == (30, 0)
    assert read(without_ids, given={"id": ""})[0].repeated == 30


def test_what_was_refused_is_mended_and_goes_in(tmp_path, monkeypatch):
    """Negative numbers, a dash and quotes come back as they were, and the file's own columns never twice."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(
        "id,received,lon,lat,words\nA,2016-06-28 13:00,-119.97,31.76,-\n"
        'B,2016-06-28 25:00,119.97,31.76,"said ""=SUM(1)"", \'-1"\nC,2016-06-28 13:00,-119.97,31.76,=SUM(1)\n',
        encoding="utf-8",
    )
    assert run_command("list.csv", "--category", "waterlogging", monkeypatch=monkeypatch).exit_code == 1
    text = (tmp_path / "list.csv.refused.csv").read_text(encoding="utf-8-sig")
    assert (text.count("'-"), "'=SUM(1)" in text) == (1, True)
    for mended, accepted in [(text.replace("25:00", "13:00"), 1), (text.replace("-119.97", "119.97"), 2)]:
        (tmp_path / "mended.csv").write_text(mended, encoding="utf-8-sig")
        answer = run_command("mended.csv", "--category", "waterlogging", "--json", monkeypatch=monkeypatch)
        assert json.loads(answer.stdout)["accepted"] == accepted
        head = (tmp_path / "mended.csv.refused.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert head == "record,line,field,code,reason,id,received,lon,lat,words"
    assert set(ReportPersonal.objects.values_list("report__source_id", "words")) == {
        ("A", "-"), ("B", "said \"=SUM(1)\", '-1"), ("C", "=SUM(1)"),
    }  # fmt: skip


def test_a_list_without_coordinates_is_told_what_to_name(tmp_path, monkeypatch):
    """The place in words will do; its own number tells its rows apart."""
    monkeypatch.chdir(tmp_path)
    lines = "1,L3县某路积水无人处理,2016/2/19 8:43:00\n2,A市某街道井盖缺失,2016/5/10 16:26:45\n"
    (tmp_path / "in.csv").write_text("留言编号,留言主题,留言时间\n" + lines, encoding="utf-8")
    answer = run_command("in.csv", "--category", "waterlogging", monkeypatch=monkeypatch)
    assert (answer.exit_code, "--place" in answer.stderr, "留言主题" in answer.stderr) == (2, True, True)
    answer = run_command("in.csv", "--category", "waterlogging", "--place", "留言主题", monkeypatch=monkeypatch)
    assert answer.exit_code == 0
    assert set(Report.objects.values_list("source_id", flat=True)) == {"1", "2"}


def test_day_time_and_both_coordinates_are_read_as_they_are_written(tmp_path, monkeypatch):
    """Two columns of one moment, one column of a place, and day or month first where it is said."""
    monkeypatch.chdir(tmp_path)
    row = '{},4/06/2016,13.05.00,"31.76, 119.97"\n'
    (tmp_path / "in.csv").write_text("id,报警日期,报警时间,坐标\n" + row.format(1) + row.format(2), encoding="utf-8")
    said = ["--category", "waterlogging", "--json"]
    assert json.loads(run_command("in.csv", *said, monkeypatch=monkeypatch).stdout)["reasons"] == {"ambiguous_time": 2}
    answer = json.loads(run_command("in.csv", *said, "--time-order", "dmy", monkeypatch=monkeypatch).stdout)
    assert (answer["accepted"], answer["columns"]["time_of_day"]) == (2, "报警时间")
    assert any("报警时间" in note for note in answer["input"]["notes"])
    report = Report.objects.first()
    assert (report.received_at.isoformat(), report.lon) == ("2016-06-04T05:05:00+00:00", pytest.approx(119.97))


def test_a_dry_run_stores_nothing(listed):
    """It says what would be refused."""
    counts, refused = read(listed, dry_run=True)
    assert (counts.accepted, len(refused)) == (30, 6)
    assert not Report.objects.exists()


def test_a_run_that_was_cut_off_goes_on(tmp_path, monkeypatch):
    """Under a key every chunk is stored once, and the counts are those of the whole file."""
    path = tmp_path / "long.csv"
    row = "{n},2016-06-28 13:00:00,119.97,31.76,x,waterlogging"
    path.write_text("\n".join([HEADER, *(row.format(n=n) for n in range(1200))]), encoding="utf-8")

    def cut(done, total):
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(path, key="k", progress=cut)
    assert Report.objects.count() == 1000
    counts, _ = read(path, key="k")
    assert (counts.accepted, counts.repeated) == (1200, 0)
    assert Report.objects.count() == 1200


def test_day_and_month_are_told_apart_by_the_whole_column(tmp_path):
    """One row with a 28th decides for all; where none does, the rows are refused, never guessed."""
    path = tmp_path / "days.csv"
    path.write_text(f"{HEADER}\n1,06/05/2016 10:00,119.97,31.76,x,other\n2,28/05/2016 10:00,119.97,31.76,x,other\n")
    assert read(path)[0].accepted == 2
    assert Report.objects.get(source_id="1").received_at.month == 5
    path.write_text(f"{HEADER}\n3,06/05/2016 10:00,119.97,31.76,x,other\n")
    assert read(path)[1][0]["code"] == "ambiguous_time"


def test_the_command_prints_one_object_and_names_the_refused_file(listed, tmp_path, monkeypatch):
    """Counts on stdout, progress on stderr, refused rows in a file beside."""
    monkeypatch.chdir(tmp_path)
    answer = run_command(str(listed), "--json", monkeypatch=monkeypatch)
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["accepted"], told["refused"]) == (0, 30, 6)
    assert told["columns"]["time"] == "time"
    assert told["reasons"]["unknown_category"] == 1
    section = DOCUMENTED.read_text().split("## anlan import\n")[1].split("\n## ")[0]
    assert {line.split("`")[1] for line in section.splitlines() if line.startswith("| `")} == set(told)
    assert len((tmp_path / told["refused_file"]).read_text(encoding="utf-8-sig").splitlines()) == 7


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--lon", "colour"], 2, "colour"),
        (["--crs", "EPSG:1"], 2, "crs"),
        (["--tz", "Mars/Phobos"], 2, "Asia/Shanghai"),
        (["--channel", "telepathy"], 1, ""),
    ],
)
def test_wrong_use_of_the_command(listed, tmp_path, monkeypatch, arguments, status, words):
    """Status 2 says what to type; 1 when every row was refused."""
    monkeypatch.chdir(tmp_path)
    answer = run_command(str(listed), *arguments, monkeypatch=monkeypatch)
    assert answer.exit_code == status
    assert words in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not Report.objects.exists()


def run_command(*arguments, monkeypatch):
    """Run `anlan import` on the database of the test."""
    monkeypatch.setattr("anlan.dispatch.commands.import_file.open_platform", lambda data: None)
    with frozen(AT):
        return CliRunner().invoke(app, ["import", *arguments])


@pytest.fixture
def analyst(client):
    """Somebody who may import, signed in."""
    person = make.person("analyst")
    client.force_login(person)
    return person


def upload(client, listed, name="list.csv"):
    """Upload a file, and let the worker look through it."""
    with frozen(AT):
        answer = client.post("/imports/", {"file": SimpleUploadedFile(name, listed.read_bytes())})
        jobs.drain()
    return answer


def layout(client, address, **more):
    page = client.get(address)
    form = page.context["form"]
    told = {name: form.initial.get(name) or form[name].initial or "" for name in form.fields}
    return told | {"tz": "Asia/Shanghai", "crs": "EPSG:4326"} | more


def test_a_file_is_imported_in_the_browser(client, analyst, listed, django_capture_on_commit_callbacks):
    """Upload, look at the columns, start, see the counts, fetch the refused rows; the upload is gone."""
    address = upload(client, listed)["Location"]
    with frozen(AT):
        page = client.get(address).content.decode()
        assert "30" in page
        assert 'value="location" selected' in page
        client.post(address, layout(client, address, start=""))
        with django_capture_on_commit_callbacks(execute=True):
            jobs.drain()
        page = client.get(address).content.decode()
    run = ImportRun.objects.get()
    assert (run.state, run.accepted, run.refused) == ("done", 30, 6)
    assert "2016-06-28 14:00" in client.get("/imports/").content.decode()  # the city's clock, not the server's
    assert Report.objects.count() == 30
    assert Report.objects.first().organisation.code == "control"
    assert list(imports.folder().glob("*")) == [imports.refused_file(run)]
    assert "refused.csv" in page
    refused = b"".join(client.get(f"{address}refused.csv").streaming_content).decode("utf-8-sig")
    assert "'=cmd()" in refused
    assert not any("长虹路" in entry.payload for entry in LedgerEntry.objects.all())


def test_an_import_is_stopped_and_resumed(client, analyst, listed):
    """What went in stays; the rest follows."""
    address = upload(client, listed)["Location"]
    with frozen(AT):
        client.post(address, layout(client, address, start=""))
        client.post(f"{address}stop")
        jobs.drain()
        assert Job.objects.get(name=imports.JOB).state == "stopped"
        assert not Report.objects.exists()
        client.post(f"{address}resume")
        jobs.drain()
    assert ImportRun.objects.get().accepted == 30


def test_an_upload_can_be_dropped(client, analyst, listed, django_capture_on_commit_callbacks):
    """The file is deleted and cannot be started any more."""
    address = upload(client, listed)["Location"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{address}drop")
    assert not list(imports.folder().glob("*"))
    assert "dropped" in client.get(address).content.decode()


def test_what_lay_about_for_a_month_is_deleted(client, analyst, listed):
    """An upload of today stays; one of last month, and its refused rows, go when the next one comes."""
    old = [imports.folder() / name for name in ("old.csv", "old.csv.refused.csv")]
    for path in old:
        path.write_text("somebody's words")
        os.utime(path, (now().timestamp() - 31 * 86400,) * 2)
    imports.keep([b"a,b\n"], ".csv")
    kept, _ = imports.keep([b"a,b\n"], ".csv")
    assert not any(path.exists() for path in old)
    assert (imports.folder() / kept).exists()


def test_other_peoples_imports_are_not_shown(client, analyst, listed):
    """Another analyst finds no such page; a publisher may not import at all."""
    address = upload(client, listed)["Location"]
    client.force_login(make.person("analyst"))
    assert client.get(address).status_code == 404
    client.force_login(make.person("publisher"))
    assert client.get("/imports/").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("script.sh", b"rm", 422), ("list.csv", b"", 422), (None, b"", 422)],
)
def test_uploads_that_are_no_list(client, analyst, name, content, status):
    """A page that says what to choose; nothing is kept."""
    told = {"file": SimpleUploadedFile(name, content)} if name else {}
    answer = client.post("/imports/", told)
    assert answer.status_code == status
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_read_says_so(client, analyst, tmp_path):
    """The page shows the reason and does not start."""
    listed = tmp_path / "other.csv"
    listed.write_bytes(b"a,b\n1,2\n")
    address = upload(client, listed)["Location"]
    page = client.get(address)
    assert page.status_code == 200
    assert "time of receipt" in page.content.decode()
    assert client.post(address, layout(client, address, start="", time="")).status_code == 422
    assert not Job.objects.filter(name=imports.JOB).exists()


def test_a_full_disk_keeps_nothing(client, analyst, listed, monkeypatch):
    """The upload is refused with a page, and no part of it stays."""

    opens = Path.open

    def full(self, mode="r", *args, **kwargs):
        if mode == "xb":
            raise OSError(28, "No space left on device")
        return opens(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    assert upload(client, listed).status_code == 507
    monkeypatch.undo()
    assert not ImportRun.objects.exists()
