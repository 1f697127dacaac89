"""The reference page of all commands, written from the commands themselves."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HEAD = """\
# Commands

Written by `make docs` from the commands themselves. All of them print what is for people on stderr and, with `--json`, exactly one object on stdout. Exit status: 0, or 1 when a check failed, or 2 for wrong use.
Commands that need a data directory take `--data DIR`, else `ANLAN_DATA`, else `./var`.
"""  # noqa: E501


def page() -> str:
    """Return the whole page."""
    from anlan.cli import COMMANDS, load

    parts = [HEAD]
    for name, entry in COMMANDS.items():
        command = load(name, entry)
        subcommands = getattr(command, "commands", {})
        parts.append(f"## `anlan {name}`\n{entry.help}\n")
        if subcommands:
            parts += [
                _section(f"anlan {name} {inner}", subcommand, "###")
                for inner, subcommand in sorted(subcommands.items())
            ]
        else:
            parts.append(_options(command))
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _section(title: str, command: Any, level: str) -> str:
    return f"{level} `{title}`\n{_first_line(command.help)}\n\n{_options(command)}"


def _options(command: Any) -> str:
    shown = [
        parameter
        for parameter in command.params
        if parameter.name != "help" and not getattr(parameter, "hidden", False)
    ]
    if not shown:
        return ""
    rows = [
        f"| {_name(parameter)} | {_help(parameter)} |"
        for parameter in shown
        if "completion" not in (parameter.name or "")
    ]
    return "| option | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{(parameter.metavar or parameter.name or '').upper()}`"
    return " ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])


def _help(parameter: Any) -> str:
    words = (getattr(parameter, "help", None) or "").replace("|", "\\|").strip()
    default = parameter.default if not callable(parameter.default) else None
    plain = default not in (None, False, "", ()) and isinstance(default, str | int | float)
    return f"{words} (default {default})" if plain else words


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
