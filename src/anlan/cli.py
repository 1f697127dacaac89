"""The `anlan` command: names and one-line helps here, each command's code loaded only when it is called."""

from __future__ import annotations

import importlib
import io
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from anlan import __version__


@dataclass(frozen=True)
class Entry:
    """Where a command lives: `module:attribute`, a Typer app or a plain function."""

    target: str
    help: str
    platform: bool = True


COMMANDS: dict[str, Entry] = {
    "spots": Entry(
        "anlan.analysis.commands.spots:spots", "Find the places that keep failing in a file of reports.", False
    ),
    "scan": Entry(
        "anlan.analysis.commands.scan:scan", "Find circles and days with more cases than chance makes.", False
    ),
    "near-repeat": Entry(
        "anlan.analysis.commands.near_repeat:near_repeat",
        "Count incidents close in place and time beside what chance gives.",
        False,
    ),
    "effect": Entry(
        "anlan.analysis.commands.effect:effect", "Estimate what a measure changed at the treated places.", False
    ),
    "city": Entry(
        "anlan.city.commands:city", "The simulated reference city: build its folder, score the miner.", False
    ),
    "demo": Entry("anlan.city.commands:demo", "Build the reference city with its reports and serve it."),
    "init": Entry("anlan.core.commands.init:init", "Make a data directory for one city."),
    "serve": Entry("anlan.core.commands.serve:serve", "Run the web and the worker."),
    "worker": Entry("anlan.core.commands.worker:worker", "Run only the worker: jobs, followers, seals."),
    "user": Entry("anlan.core.commands.user:user", "People, their roles, and keys of partner systems."),
    "unit": Entry("anlan.dispatch.commands.unit:unit", "Units, and the log-ins of their crews."),
    "contact": Entry("anlan.core.commands.contact:contact", "Who can be sent word, and their consent."),
    "ledger": Entry("anlan.core.commands.ledger:ledger", "Verify the ledger, print its head."),
    "clocks": Entry("anlan.core.commands.clocks:clocks", "How long the city's clocks ran, by rule."),
    "backup": Entry("anlan.core.commands.backup:backup", "Copy everything into one file, while it runs; try it out."),
    "restore": Entry("anlan.core.commands.backup:restore", "Make a data directory from a backup."),
    "import": Entry(
        "anlan.dispatch.commands.import_file:import_file",
        "Import a file of reports, or of calls with what came of them.",
    ),
    "study": Entry("anlan.hotspots.commands.study:study", "Run, list and adopt studies."),
    "bulletin": Entry("anlan.bulletin.commands.bulletin:bulletin", "Verify bulletins, and check imported ones."),
    "status": Entry("anlan.core.commands.status:status", "What this data directory holds."),
}


class LazyGroup(TyperGroup):
    """A command group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load the named command; without the platform's libraries, say what to install."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if ctx.resilient_parsing or "--help" in sys.argv[1:2]:
            return TyperCommand(cmd_name, help=entry.help)
        return load(cmd_name, entry)


def load(name: str, entry: Entry) -> Any:
    """Import a command and return it under its name."""
    if entry.platform and find_spec("django") is None:
        typer.echo(f"`anlan {name}` needs the platform's libraries: pip install 'anlan[platform]'", err=True)
        raise typer.Exit(2)
    module_name, attribute = entry.target.split(":")
    target: Any = getattr(importlib.import_module(module_name), attribute)
    if not isinstance(target, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command(name=name, help=entry.help)(target)
        target = app
    command = typer.main.get_command(target)
    command.name = name
    command.short_help = entry.help
    return command


app = typer.Typer(cls=LazyGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", help="Print the version.", is_eager=True),
) -> None:
    """Anlan 安澜: from a city's reports to places that stop failing."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line: status 0, 1 where a check failed, 2 for wrong use.

    An error that has an `exit_status`, or that the machine gives (a full disk, a folder that may not be written), is
    meant for people: its message is printed, and no trace.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # 安澜 on a console that cannot write it is escaped, in JSON too
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except BrokenPipeError:  # `anlan ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except Exception as error:
        status = getattr(error, "exit_status", 1 if isinstance(error, OSError) else None)
        if status is None:
            raise
        typer.echo(f"anlan: {_words(error)}", err=True)
        raise SystemExit(status) from None


def _words(error: Exception) -> str:
    """Return what people need to know: of a file that cannot be read or written its name and why."""
    if isinstance(error, OSError) and error.strerror and not hasattr(error, "exit_status"):
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


if __name__ == "__main__":
    main()
