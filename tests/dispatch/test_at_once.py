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
        command = [sys.executable, "-m", "tests.pressing"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=anlan.env,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def tell(self, name: str, **told: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps([name, told]) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def ask(self, name: str, **told: Any) -> Any:
        self.tell(name, **told)
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
            {"who": who, "path": f"/console/{number}/act", "told": {"verb": "send", "unit": "mobile-1"}}
            for who, number in zip(desk, numbers, strict=True)
        )))  # fmt: skip
        assert "Choose another" in told
        held, left = (first.ask("stands", number=numbers[n]) for n in (won, 1 - won))
        assert (held["state"], held["out"], held["running"]) == ("dispatched", 1, ["handle"])
        assert (left["state"], left["out"], left["running"]) == ("new", 0, ["first_step"])
        first.ask("free", unit="mobile-1")

        number = first.ask("incident", to="drains")
        path, seen = f"/incidents/{number}/act", {"seen": "handed_over"}
        won, told = parted(at_once(
            two,
            {"who": officers[0], "path": path, "told": {"verb": "sign_for"} | seen},
            {"who": officers[1], "path": path, "told": {"verb": "return", "reason": "No pipe of ours"} | seen},
        ))  # fmt: skip
        assert "Somebody was quicker" in told
        assert first.ask("stands", number=number)["running"] == [["handle"], ["first_step"]][won]

        report, numbers = first.ask("report"), [first.ask("incident"), first.ask("incident")]
        _, told = parted(at_once(two, *(
            {"who": who, "path": f"/incidents/for/{report}", "told": {"incident": number}}
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
        press = {"who": one, "path": f"/incidents/for/{report}", "told": {}}
        answers = at_once(two, press, press)
        assert [answer["status"] for answer in answers] == [302, 302]
        assert answers[0]["to"] == answers[1]["to"]
        assert first.ask("links", number=report) == 1
        report = first.ask("report")
        path = f"/incidents/for/{report}"
        _, told = parted(at_once(two, {"who": one, "path": path, "told": {}}, {"who": other, "path": path, "told": {}}))
        assert "tells of another incident already" in told
        assert first.ask("links", number=report) == 1


def test_a_stamp_whose_answer_was_lost_counts_once(two: tuple[Presser, Presser]) -> None:
    """The server dies after it wrote and before it answered; the device sends the same press again."""
    first, second = two
    crew = second.ask("person", role="officer", at="control")
    pk = second.ask("sent", unit="mobile-1")
    told = {"step": "acknowledged", "key": "pressed-once", "device_at": "2016-06-28T06:00:20+00:00"}
    press = {"who": crew, "path": f"/assignments/{pk}/move", "told": told}
    first.tell("post", **press, die=True)
    assert first.process.wait(timeout=60) < 0
    for _ in range(2):
        assert second.ask("post", **press)["status"] == 302
    assert second.ask("stamps", assignment=pk, step="acknowledged") == ["2016-06-28T06:00:20+00:00"]
    assert second.ask("ledger_holds")
