"""Reference of the command line: commands, exit codes, environment variables, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import Parameter as Argument
from inspect import signature
from typing import Any, get_args, get_type_hints

from cyclopts import Parameter

from docs_pages.markdown import table
from lastcase.cli.app import message_key
from lastcase.cli.commands import COMMANDS
from lastcase.cli.environment import VARIABLES
from lastcase.cli.exits import EXITS
from lastcase.cli.texts import say


def pages() -> Iterator[tuple[str, str]]:
    """`commands.md`, `exit-codes.md` and `settings.md`."""
    sections = (_section(name, function) for name, function in COMMANDS.items())
    yield "commands.md", "\n".join(["# Commands 命令\n", *sections])
    codes = ((one.code, f"`{one.name}`", *_both(f"cli.exit.{one.name}")) for one in EXITS)
    yield "exit-codes.md", "# Exit codes 退出码\n\n" + table(("code", "name", "English", "中文"), codes)
    variables = ((f"`{name}`", *_both(f"cli.variable.{name}")) for name in VARIABLES)
    yield "settings.md", "# Settings 设置\n\n" + table(("variable", "English", "中文"), variables)


def _both(message_id: str) -> tuple[str, str]:
    return say(message_id, "en"), say(message_id, "zh")


def _section(name: str, function: Callable[..., Any]) -> str:
    key = message_key(name)
    en, zh = _both(f"{key}.help")
    example = say(f"{key}.example", "en")
    hints = get_type_hints(function, include_extras=True)
    rows = [_row(argument, hints[argument.name]) for argument in signature(function).parameters.values()]
    options = table(("option", "required", "English", "中文"), rows)
    return f"## `lastcase {name}`\n\n{en}\n\n{zh}\n\n    {example}\n\n{options}"


def _row(argument: Argument, hint: Any) -> tuple[str, ...]:
    note = next(one for one in get_args(hint) if isinstance(one, Parameter))
    is_option = argument.kind is Argument.KEYWORD_ONLY
    name = (
        f"--{argument.name}"
        if is_option and not note.name
        else "".join(note.name or ()) or argument.name.upper()
    )
    required = "yes" if argument.default is Argument.empty else ""
    return f"`{name}`", required, *_both(note.help or "")
