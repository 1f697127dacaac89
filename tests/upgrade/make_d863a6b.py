"""Make the data directory of commit d863a6b that `test_upgrade.py` brings up; it runs in a checkout of that commit.

    git worktree add OLD d863a6b && cd OLD && export PYTHONPATH=$PWD/src:$PWD
    python THIS_FILE FOLDER                     # FOLDER/d863a6b/sqlite.zip and sqlite.json
    bin/with-postgres python THIS_FILE FOLDER   # postgresql.zip and postgresql.json
    python THIS_FILE FOLDER names               # names.json: every name that this commit stores

A later stage makes a folder of its own beside this one: a copy of this file, run in a checkout of the stage's commit.
"""

from __future__ import annotations

import ast
import base64
import datetime as dt
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

COMMIT = "d863a6b"
SECRET = "worthless-and-only-for-the-upgrade-test-0123456789"
JAN = dt.datetime(2016, 1, 13, 1, 0, tzinfo=dt.UTC)  # a Wednesday morning
JUNE = dt.datetime(2016, 6, 28, 6, 0, tzinfo=dt.UTC)
SPOTS = [(119.95, 31.74), (119.97, 31.75)]


def plain(value: Any) -> Any:
    """Write an argument as JSON, so that it can be read back as what it was."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dt.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if hasattr(value, "jpeg"):
        jpeg = base64.b64encode(value.jpeg).decode()
        return {"photo": {"jpeg": jpeg, "width": value.width, "height": value.height, "sha256": value.sha256}}
    return value


class Book:
    """Makes keyed calls and writes each down with its answer."""

    def __init__(self) -> None:
        self.verbs: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self.at = JAN
        self.people: dict[str, Any] = {}

    def call(self, verb: str, who: str = "", **arguments: Any) -> dict[str, Any]:
        """Call a verb with a key of its own, as somebody with a role or as Anlan itself."""
        from anlan.core.actors import actor_of, system
        from anlan.core.clock import frozen

        actor = actor_of(self.people[who]) if who else system("test")
        module, _, function = verb.rpartition(".")
        place = importlib.import_module(f"anlan.{module}" if "." in module else f"anlan.{module}.actions")
        key = f"old-{len(self.verbs) + 1}"
        with frozen(self.at):
            answer = getattr(place, function)(**arguments, actor=actor, at=self.at, key=key)
        self.verbs.append({"verb": verb, "actor": actor.name, "at": plain(self.at), "key": key,
                           "arguments": plain(arguments), "answer": answer})  # fmt: skip
        return answer  # type: ignore[no-any-return]

    def post(self, path: str, body: Any, other: Any, *, who: str = "", **more: Any) -> Any:
        """Send a form or, to the API, JSON; `other` is what another body with the same key would be."""
        from django.test import Client

        from anlan.core.clock import frozen

        client = Client(headers=more.get("headers"))
        if who:
            client.force_login(self.people[who])
        sent = {"data": json.dumps(body), "content_type": "application/json"} if "headers" in more else {"data": body}
        with frozen(self.at):
            answer = client.post(path, **sent)
        assert answer.status_code in {201, 302}, answer.content.decode()
        said = answer.json() if "headers" in more else answer["Location"]
        told = {"path": path, "person": self.people[who].pk if who else None, "at": plain(self.at), "body": body,
                "other": other, "status": answer.status_code, "answer": said}  # fmt: skip
        self.requests.append(told | more)
        return said

    def do(self, verb: str, who: str = "", **arguments: Any) -> Any:
        """Call a verb that takes no key; nothing is written down."""
        from anlan.core.actors import actor_of, system
        from anlan.core.clock import frozen

        module, _, function = verb.rpartition(".")
        place = importlib.import_module(f"anlan.{module}" if "." in module else f"anlan.{module}.actions")
        with frozen(self.at):
            actor = actor_of(self.people[who]) if who else system("test")
            return getattr(place, function)(**arguments, actor=actor, at=self.at)


def people(book: Book) -> None:
    """Who acts: one of each role, at the house where the role is held."""
    from tests import make

    make.organisation("government", kind="government")
    houses = {"analyst": "control", "supervisor": "government", "officer": "drains", "verifier": "government",
              "leader": "government", "dispatcher": "control", "call_taker": "control", "publisher": "government",
              "operator": "control"}  # fmt: skip
    for role, house in houses.items():
        book.people[role] = make.person(role, username=role, at=house)


def studied(book: Book) -> int:
    """A year's reports, their study, adopted; and the plans of four bulletins."""
    periods = [("01-01", "06-30"), ("07-01", "07-31"), ("08-01", "08-31"), ("09-01", "09-30")]
    for since, until in periods:
        days = {"since": dt.date.fromisoformat(f"2016-{since}"), "until": dt.date.fromisoformat(f"2016-{until}")}
        book.call("bulletin.fix_measures", "publisher", **days, measures=["reports", "incidents"])
    rows = [{"channel": "phone_110", "category": "waterlogging", "lon": lon + 0.0001 * n, "lat": lat,
             "received_at": dt.datetime(2015, month, 10, 4 + n, place, tzinfo=dt.UTC), "source": "storms",
             "source_id": f"{month}-{place}-{n}", "place_words": f"人民路{place}号桥下"}
            for month in (5, 6, 7) for place, (lon, lat) in enumerate(SPOTS) for n in range(3)]  # fmt: skip
    book.call("intake.receive_reports", rows=rows)
    told = {"name": "2015", "since": dt.date(2015, 1, 1), "until": dt.date(2015, 12, 31),
            "categories": ["waterlogging"], "parameters": {"min_reports": 3}}  # fmt: skip
    study = book.call("hotspots.start_study", "analyst", **told, in_background=False)["study"]
    book.do("hotspots.run_now", study_id=study)
    book.call("hotspots.adopt_study", "analyst", study_id=study)
    return int(study)


def mended(book: Book, study: int) -> None:
    """Problems in many states: accepted, struck off, reopened, disputed, with deadlines asked for and answered."""
    from tests import make

    others = [{"origin": "hazard", "title": title} for title in ("井盖松动", "护栏缺口", "路灯不亮")]
    raised = book.call("prevention.raising.raise_problems", "analyst", title="Ponding", addressee="government",
                       study=study, sites=[1, 2], silent_areas=["west"], others=others)["problems"]  # fmt: skip
    instruction = {"reference": "常政办〔2016〕12号", "on": dt.date(2016, 1, 13), "lead": "drains"}
    first, second, third, fourth = raised[:4]
    for problems in ([first, second, third, fourth], [fourth]):
        book.call("prevention.assigning.instruct", "supervisor", problems=problems, **instruction)
        book.call("prevention.assigning.return_problem", "officer", problem=fourth, reason="不属我处管辖")
    book.call("prevention.assigning.arbitrate", "leader", problem=fourth, lead="west-office", reason="辖区道路")
    book.call("prevention.assigning.sign_for", "officer", problems=[first, second, third])
    book.at += dt.timedelta(days=1)
    row = {"kind": "permanent", "title": "New pipe", "responsible": "Head of works", "criterion": "DN 800 laid",
           "due_on": dt.date(2016, 3, 1)}  # fmt: skip
    rows = [row | {"problem": one} for one in (first, second, second, second, third)]
    tasks = book.call("prevention.working.plan_tasks", "officer", tasks=rows)["tasks"]
    book.call("prevention.listing.issue_list", "supervisor", tasks=tasks, kind="汛前整改", due_on=dt.date(2016, 4, 1))
    later = {"due_on": dt.date(2016, 3, 15), "reason": "管材未到货"}
    for task in tasks[1:4]:
        book.call("prevention.extending.ask_extension", "officer", task=task, **later)
    book.call("prevention.extending.extend", "supervisor", task=tasks[2], **later)
    book.call("prevention.extending.refuse_extension", "supervisor", task=tasks[3], reason="汛期将至")
    book.at += dt.timedelta(days=9)
    for task in (tasks[0], tasks[4]):
        book.call("prevention.working.add_evidence", "officer", task=task, words="管道已铺设", photo=make.photo())
        book.call("prevention.working.finish_task", "officer", task=task)
        book.call("prevention.verifying.verify", "verifier", task=task, passed=True)
    spare = book.call("prevention.working.add_evidence", "officer", task=tasks[1], words="误传")["evidence"]
    book.call("prevention.erasing.erase_evidence", "supervisor", task=tasks[1], evidence=spare, reason="mistake")
    book.at += dt.timedelta(days=40)
    start = book.at - dt.timedelta(days=2)
    storm = {"start": start, "end": start + dt.timedelta(hours=2), "peak_mm_h": 41.0, "source": "站点甲"}
    kept = book.call("prevention.raining.record_storm", "analyst", **storm)["storm"]
    book.call("prevention.raining.correct_storm", "analyst", storm=kept, end=storm["end"], peak_mm_h=45.0,
              reason="抄录错误")  # fmt: skip
    book.call("prevention.verifying.strike_off", "supervisor", problem=third)
    book.call("prevention.verifying.reopen", "supervisor", problem=third, reason="又有积水")


def heard(book: Book) -> list[int]:
    """Reports through every door: the call taker, the public form, a partner; sorted and partly erased."""
    from django.test import Client

    from anlan.core.clock import frozen
    from anlan.core.keys import key_hash
    from anlan.core.models import ApiClient
    from tests import make

    book.at = JUNE
    told = {"channel": "phone_110", "category": "waterlogging", "words": "车过不去", "contact": "138 0000 0417"}
    found = [book.call("intake.receive_report", "call_taker", **told, lon=119.99, lat=31.76 + n / 1000,
                       place_words=f"长虹路{n}号", tracking_code=f"0000 0000 0000 000{n}".replace(" ", ""))["report_id"]
             for n in range(9)]  # fmt: skip
    book.call("intake.receive_report", "call_taker", **told, lon=119.99, lat=31.765, photos=[make.photo()])
    book.call("intake.set_validity", "call_taker", report_id=found[7], validity="misdial")
    book.call("intake.personal.erase_report", "operator", report_id=found[7], reason="asked")
    book.call("intake.following.add_to_report", tracking_code="0000000000000001", words="水更深了", depth_cm=40)
    with frozen(book.at):
        page = Client().get("/report/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    form = {"token": token[1], "category": "waterlogging", "where": "清潭路下穿通道北口", "words": "水很深",
            "phone": "138 0000 0418"}  # fmt: skip
    book.post("/report/", form, form | {"words": "水不深"})
    ApiClient.objects.create(name="grid", organisation=make.organisation("control"), channel="grid_worker",
                             key_hash=key_hash("anlan_worthless-key-of-a-test"), created_at=book.at)  # fmt: skip
    headers = {"Authorization": "Bearer anlan_worthless-key-of-a-test", "Idempotency-Key": "old-partner-1"}
    report = {"category": "waterlogging", "lon": 119.98, "lat": 31.77, "received_at": "2016-06-28T13:59:00+08:00",
              "words": "积水", "source_id": "G-1"}  # fmt: skip
    book.post("/api/reports", report, report | {"words": "没有积水"}, headers=headers)
    return found


def handled(book: Book, reports: list[int]) -> str:
    """Incidents in many states, units on their way; return the one that will be closed at the end."""
    numbers = [
        book.call("triage.open_incident", "dispatcher", report_id=one)["incident"]
        for one in [*reports[2:6], *reports[:2]]
    ]
    book.do("triage.link_report", "dispatcher", number=numbers[0], report_id=reports[6])
    book.call("triage.split_incident", "dispatcher", number=numbers[0], report_ids=[reports[6]])
    book.call("triage.hand_over", "dispatcher", number=numbers[0], to="drains", diverted=True)
    book.call("triage.hand_over", "dispatcher", number=numbers[1], to="drains")
    book.do("triage.sign_for", "officer", number=numbers[1])
    shift = {"begins_at": book.at - dt.timedelta(hours=2), "ends_at": book.at + dt.timedelta(hours=6), "people": 6}
    for unit in ("mobile-1", "mobile-2", "pump-1"):
        book.call("dispatch.begin_shift", "dispatcher", unit=unit, **shift)
    sent = book.call("dispatch.dispatch_unit", "dispatcher", number=numbers[2], unit="mobile-1")["assignment"]
    book.at += dt.timedelta(minutes=3)
    for step in ("acknowledged", "on_scene"):
        book.call("dispatch.stamp", "dispatcher", assignment=sent, step=step, device_at=book.at)
    book.call("dispatch.ask_backup", "dispatcher", assignment=sent)
    wrong = book.call("dispatch.dispatch_unit", "dispatcher", number=numbers[4], unit="mobile-2")["assignment"]
    away = book.call("dispatch.reassign", "dispatcher", assignment=wrong, unit="pump-1")["assignment"]
    pressed = {"unit": "mobile-2", "key": "old-press"}
    book.post(f"/incidents/{numbers[3]}/send", pressed, None, who="dispatcher")  # another unit is another press
    book.call("dispatch.resolve_on_scene", "dispatcher", assignment=away, disposal="done")
    book.do("triage.close_incident", "dispatcher", number=numbers[4])
    return str(numbers[5])


def published(book: Book) -> None:
    """An issue and its correction."""
    book.at = dt.datetime(2016, 7, 5, 2, 0, tzinfo=dt.UTC)
    issue = book.call("bulletin.compose", "publisher", plan="BP-2016-01", headline="上半年")["issue"]
    book.call("bulletin.correct", "publisher", issue=issue, note="补录两起")


def waiting(book: Book, study: int, last: str, data: Path) -> None:
    """Work that nobody has done yet: entries that followers have not read, and a job of every name."""
    from anlan.core.clock import frozen
    from anlan.core.followers import catch_up

    with frozen(book.at):
        catch_up()  # asks for the daily look of the ladder, and the reporter of what is closed
    book.call("voice.answer", tracking_code="0000000000000000", helped="yes")
    book.at += dt.timedelta(days=60)
    book.do("triage.close_incident", "dispatcher", number=last, disposal="advised")
    book.call("prevention.raising.raise_problems", "analyst", title="Round", addressee="government", silence_words="无",
              others=[{"origin": "campaign", "title": "排查"}])  # fmt: skip
    wet = {"channel": "phone_110", "category": "waterlogging", "lon": SPOTS[1][0], "lat": SPOTS[1][1]}
    book.call("intake.receive_report", "call_taker", **wet, words="桥下又积水")
    form = {"name": "2015 again", "since": "2015-01-01", "until": "2015-12-31", "categories": ["waterlogging"],
            "radius_m": "100", "min_episodes": "2", "episode_gap_h": "24", "min_reports": "3",
            "key": "old-study"}  # fmt: skip
    book.post("/studies/new", form, form | {"min_reports": "4"}, who="analyst")
    (data / "imports").mkdir()
    listed = "id,time,lon,lat,location,category\n" + "".join(
        f"{n},2016-06-28 13:{n:02d}:00,119.97,31.76,长虹路 {n},waterlogging\n" for n in range(10, 20)
    )
    (data / "imports/old.csv").write_text(listed, encoding="utf-8")
    run = book.do("intake.importruns.register_import", "operator", file_name="list.csv", stored_as="old.csv",
                  sha256="0" * 64, options={"tz": "Asia/Shanghai", "crs": "EPSG:4326"})  # fmt: skip
    book.do("intake.importruns.start_import", "operator", import_id=run)
    book.do("bulletin.asking.ask_to_compose", "publisher", plan="BP-2016-02", headline="七月")
    book.do("bulletin.asking.ask_to_recompute", "publisher", issue="B-2016-01")


def told(book: Book) -> dict[str, Any]:
    """What the test needs to know of the directory."""
    from anlan.core import seals
    from anlan.core.models import ClockRun, Cursor, Job, LedgerEntry

    seals.seal()
    last = seals.head()
    assert last
    return {
        "secret_key": SECRET,
        "head": last.hash,
        "entries": LedgerEntry.objects.count(),
        "cursors": dict(Cursor.objects.order_by("name").values_list("name", "position")),
        "jobs": sorted(Job.objects.filter(state="ready").values_list("name", flat=True)),
        "clocks_running": ClockRun.objects.running().count(),
        "verbs": book.verbs,
        "requests": book.requests,
    }


def make_directory(data: Path) -> dict[str, Any]:
    """Fill an empty data directory; return what is known of it."""
    import django

    django.setup()
    from anlan.core import cityfolder, schema
    from anlan.core.actors import system
    from tests import make

    data.mkdir()
    schema.bring_up()
    cityfolder.load(make.CITIES / "small", actor=system("init"), at=JAN)
    book = Book()
    people(book)
    study = studied(book)
    mended(book, study)
    last = handled(book, heard(book))
    published(book)
    waiting(book, study, last, data)
    return told(book)


def dump(data: Path) -> str:
    """Bring the database into the directory as one file; return which database it is."""
    from django.db import connection, connections

    url = os.environ.get("ANLAN_DATABASE_URL")
    if not url:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        return "sqlite"
    command = ["pg_dump", "--inserts", "--rows-per-insert=200", "--no-owner", "--no-privileges", url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    unknown_elsewhere = re.compile(r"^(--.*|\\.*|SET transaction_timeout.*|)\n", re.MULTILINE)
    (data / "database.sql").write_text(unknown_elsewhere.sub("", text), encoding="utf-8")
    return "postgresql"


def names() -> dict[str, list[str]]:
    """Every name of this commit that stands in rows: verbs, jobs, followers, measures."""
    import django

    django.setup()
    from django.urls import get_resolver

    from anlan.bulletin.measuring import MEASURES
    from anlan.core.followers import FOLLOWERS
    from anlan.core.jobs import JOBS

    assert get_resolver().url_patterns  # reads the views, and with them all that registers itself
    source = Path(importlib.import_module("anlan").__file__ or "").parent
    verbs = []
    for path in source.rglob("*.py"):
        module = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".actions")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(ast.unparse(one) == "verb" for one in node.decorator_list):
                verbs.append(f"{module}.{node.name}")
    found = {"verbs": verbs, "jobs": JOBS, "followers": FOLLOWERS, "measures": MEASURES}
    return {what: sorted(some) for what, some in found.items()}


def main() -> None:
    """Make one of the three."""
    folder = Path(sys.argv[1]) / COMMIT
    folder.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp())
    data = home / "data"
    os.environ |= {"DJANGO_SETTINGS_MODULE": "anlan.settings", "ANLAN_DATA": str(data), "ANLAN_SECRET_KEY": SECRET,
                   "ANLAN_ALLOWED_HOSTS": "testserver"}  # fmt: skip
    if sys.argv[2:] == ["names"]:
        (folder / "names.json").write_text(json.dumps(names(), indent=1) + "\n", encoding="utf-8")
        return
    about = make_directory(data)
    database = dump(data)
    with zipfile.ZipFile(folder / f"{database}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for path in sorted(data.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm")):
                out.write(path, path.relative_to(data))
    text = json.dumps(about, ensure_ascii=False, indent=1)
    (folder / f"{database}.json").write_text(text + "\n", encoding="utf-8")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
