"""Two processes press at the same moment: one wins, the other is told in words, and rows and clocks agree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.conftest import Cli

pytestmark = pytest.mark.slow
ROUNDS = 3


class Presser:
    """A process of its own on the same data directory."""

    def __init__(self, anlan: Cli) -> None:
        command = [sys.executable, "-m", "tests.dispatch.presser"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=anlan.env,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def tell(self, name: str, **values: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([name, values]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def ask(self, name: str, **values: Any) -> Any:
        self.tell(name, **values)
        return self.hear()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def two(anlan: Cli) -> Iterator[tuple[Presser, Presser]]:
    anlan("init", "--city", make.CITIES / "small")
    pair = Presser(anlan), Presser(anlan)
    yield pair
    for one in pair:
        one.end()


def at_once(two: tuple[Presser, Presser], *presses: dict[str, Any]) -> list[dict[str, Any]]:
    """Press two buttons in two processes; return the answers."""
    for one, press in zip(two, presses, strict=True):
        one.tell("post", **press)
    return [one.hear() for one in two]


def parted(answers: list[dict[str, Any]]) -> tuple[int, str]:
    """Return who won, and what the other was told: exactly one is let through."""
    assert sorted(answer["status"] for answer in answers) == [302, 409], answers
    won = next(n for n, answer in enumerate(answers) if answer["status"] == 302)
    return won, answers[1 - won]["text"]


def test_who_presses_second_is_told(two: tuple[Presser, Presser]) -> None:
    """One unit for two incidents, one hand-over signed for and sent back, one report for two incidents."""
    first, _ = two
    desk = [one.ask("person", role="dispatcher") for one in (first, first)]
    officers = [first.ask("person", role="officer", at="drains") for _ in range(2)]
    for _ in range(ROUNDS):
        numbers = [first.ask("incident"), first.ask("incident")]
        won, told = parted(at_once(two, *(
            {"who": who, "path": f"/console/{number}/act", "fields": {"verb": "send", "unit": "mobile-1"}}
            for who, number in zip(desk, numbers, strict=True)
        )))  # fmt: skip
        assert "Your press changed nothing" in told
        held, left = (first.ask("stands", number=numbers[n]) for n in (won, 1 - won))
        assert (held["state"], held["out"], held["running"]) == ("dispatched", 1, ["handle"])
        assert (left["state"], left["out"], left["running"]) == ("new", 0, ["first_step"])
        first.ask("free", unit="mobile-1")

        number = first.ask("incident", to="drains")
        path, seen = f"/incidents/{number}/act", {"seen": "handed_over"}
        won, told = parted(at_once(
            two,
            {"who": officers[0], "path": path, "fields": {"verb": "sign_for"} | seen},
            {"who": officers[1], "path": path, "fields": {"verb": "return", "reason": "No pipe of ours"} | seen},
        ))  # fmt: skip
        assert "Somebody was quicker" in told
        assert first.ask("stands", number=number)["running"] == [["handle"], ["first_step"]][won]

        report, numbers = first.ask("report"), [first.ask("incident"), first.ask("incident")]
        _, told = parted(at_once(two, *(
            {"who": who, "path": f"/incidents/for/{report}", "fields": {"incident": number}}
            for who, number in zip(desk, numbers, strict=True)
        )))  # fmt: skip
        assert "tells of another incident already" in told
        assert first.ask("links", number=report) == 1
    assert first.ask("ledger_holds")


def test_one_report_opens_one_incident(two: tuple[Presser, Presser]) -> None:
    """The same person twice gets the same incident; two people: the second is told."""
    first, _ = two
    one, other = (first.ask("person", role="call_taker") for _ in range(2))
    for _ in range(ROUNDS):
        report = first.ask("report")
        press = {"who": one, "path": f"/incidents/for/{report}", "fields": {}}
        answers = at_once(two, press, press)
        assert [answer["status"] for answer in answers] == [302, 302]
        assert answers[0]["to"] == answers[1]["to"]
        assert first.ask("links", number=report) == 1
        report = first.ask("report")
        path = f"/incidents/for/{report}"
        _, told = parted(
            at_once(two, {"who": one, "path": path, "fields": {}}, {"who": other, "path": path, "fields": {}})
        )
        assert "tells of another incident already" in told
        assert first.ask("links", number=report) == 1


def test_one_person_in_two_windows_leaves_one_opening(two: tuple[Presser, Presser]) -> None:
    """Both show the words; the ledger says it once."""
    first, _ = two
    desk = first.ask("person", role="dispatcher")
    for round_ in range(ROUNDS):
        number = first.ask("incident", words="on the third floor")
        for each in two:
            each.tell("look", who=desk, path=f"/console/{number}/")
        assert all("on the third floor" in each.hear() for each in two)
        assert first.ask("openings") == round_ + 1


def test_of_two_crews_that_end_at_once_the_last_resolves_the_incident(two: tuple[Presser, Presser]) -> None:
    """Each has to see the other's stamp, or the incident would stay open with nobody at it."""
    first, _ = two
    crews = [first.ask("person", role="officer", at=at) for at in ("control", "drains")]
    for _ in range(ROUNDS):
        number = first.ask("incident")
        sent = [first.ask("sent", unit=unit, number=number) for unit in ("mobile-1", "pump-1")]
        answers = at_once(two, *(
            {"who": who, "path": f"/assignments/{pk}/move", "fields": {"step": "resolved", "disposal": "done"}}
            for who, pk in zip(crews, sent, strict=True)
        ))  # fmt: skip
        assert [answer["status"] for answer in answers] == [302, 302]
        assert first.ask("stands", number=number)["state"] == "resolved"
        for unit in ("mobile-1", "pump-1"):
            first.ask("free", unit=unit)


def test_a_stamp_whose_answer_was_lost_counts_once(two: tuple[Presser, Presser]) -> None:
    """The server dies after it wrote and before it answered; the device sends the same press again."""
    first, second = two
    crew = second.ask("person", role="officer", at="control")
    pk = second.ask("sent", unit="mobile-1")
    told = {"step": "acknowledged", "key": "pressed-once", "device_at": "2016-06-28T06:00:20+00:00"}
    press = {"who": crew, "path": f"/assignments/{pk}/move", "fields": told}
    first.tell("post", **press, die=True)
    assert first.process.wait(timeout=60) < 0
    for _ in range(2):
        assert second.ask("post", **press)["status"] == 302
    assert second.ask("stamps", assignment=pk, step="acknowledged") == ["2016-06-28T06:00:20+00:00"]
    assert second.ask("ledger_holds")


def test_a_problem_is_instructed_signed_for_and_verified_once(two: tuple[Presser, Presser]) -> None:
    """Two papers for one problem, signed for or returned, passed or refused: the second reads where it stands."""
    first, _ = two
    supervisors, verifiers = ([first.ask("person", role=role) for _ in range(2)] for role in ("supervisor", "verifier"))
    officers = [first.ask("person", role="officer", at="drains") for _ in range(2)]
    for _ in range(ROUNDS):
        number = first.ask("raised")
        paper = {"reference": "No. 12", "on": "2016-01-13", "seen": first.ask("seen", number=number)}
        leads = ["drains", "west-office"]
        won, told = parted(at_once(two, *(
            {"who": who, "path": f"/problems/{number}/instruct", "fields": paper | {"lead": lead}}
            for who, lead in zip(supervisors, leads, strict=True)
        )))  # fmt: skip
        assert "meanwhile" in told
        held = first.ask("problem", number=number)
        assert held == {"state": "assigned", "lead": leads[won], "moves": ["instruct"]}

        number = first.ask("raised")
        path, paper = f"/problems/{number}", paper | {"lead": "drains", "seen": first.ask("seen", number=number)}
        assert first.ask("post", who=supervisors[0], path=f"{path}/instruct", fields=paper)["status"] == 302
        seen = first.ask("seen", number=number)
        won, told = parted(at_once(
            two,
            {"who": officers[0], "path": f"{path}/sign_for", "fields": {}},
            {"who": officers[1], "path": f"{path}/return", "fields": {"reason": "No shaft of ours", "seen": seen}},
        ))  # fmt: skip
        assert ["meanwhile", "is already"][won] in told
        assert first.ask("problem", number=number)["state"] == ["signed", "returned"][won]

        task = first.ask("finished", lead="drains")
        won, told = parted(at_once(two, *(
            {"who": who, "path": f"/tasks/{task}/verify", "fields": {"passed": passed, "words": "Two bolts"}}
            for who, passed in zip(verifiers, ("yes", "no"), strict=True)
        )))  # fmt: skip
        assert "is already" in told
        assert first.ask("results", task=task) == [won == 0]
    assert first.ask("ledger_holds")


def test_one_officer_who_presses_twice_in_two_processes_works_once(two: tuple[Presser, Presser]) -> None:
    """The same form with its key: both presses are answered alike, one step is taken."""
    first, _ = two
    officer = first.ask("person", role="officer", at="drains")
    for n in range(ROUNDS):
        number = first.ask("raised")
        supervisor = first.ask("person", role="supervisor")
        told = {"reference": "No. 12", "on": "2016-01-13", "lead": "drains"}
        first.ask("post", who=supervisor, path=f"/problems/{number}/instruct", fields=told)
        press = {"who": officer, "path": f"/problems/{number}/sign_for", "fields": {"key": f"once-{n}"}}
        assert [answer["status"] for answer in at_once(two, press, press)] == [302, 302]
        assert first.ask("problem", number=number)["moves"] == ["instruct", "sign_for"]
