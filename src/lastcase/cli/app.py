"""The app: its commands in both languages, and what becomes of their errors."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from inspect import signature
from types import FunctionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from attrs import evolve
from cyclopts import App, Group, Parameter
from cyclopts.exceptions import CycloptsError
from cyclopts.help import DefaultFormatter

from lastcase import __version__
from lastcase.cli import exits, texts
from lastcase.cli.commands import COMMANDS
from lastcase.cli.texts import Language, say
from lastcase.cli.usage import usage_text


def run(arguments: list[str]) -> int:
    """Run the command that `arguments` name; return its exit code."""
    texts.choose(texts.asked_language(arguments) or texts.environment_language())
    app = build_app(texts.language())
    return ended(lambda: app(arguments, print_error=False, exit_on_error=False, result_action="return_value"))


def ended(work: Callable[[], Any]) -> int:
    """Do the work; its exit code, with whatever went wrong told on standard error."""
    try:
        code = work()
    except CycloptsError as error:
        return _fail(exits.WRONG_USE, usage_text(error))
    except exits.CommandError as error:
        return _fail(error.exit, error.text())
    except KeyboardInterrupt:
        return _fail(exits.INTERRUPTED, say("cli.error.interrupted"))
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:
        return _translate(error)
    finally:
        _let_go()
    return code if isinstance(code, int) else exits.DONE.code


def _reader_left() -> int:
    """Whoever read the output (`| head`) has seen enough: no fault, and nothing more to write at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.DONE.code


def _let_go() -> None:
    """Close the connections that the command opened, if any floor beneath opened one."""
    if "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()


def _translate(error: Exception) -> int:
    from lastcase.cli.failures import failure_of

    found = failure_of(error)
    if found is not None:
        return _fail(found.exit, found.text())
    if os.environ.get("LASTCASE_DEBUG"):
        traceback.print_exception(error)
    return _fail(exits.FAULT, say("cli.error.fault", kind=type(error).__name__, what=str(error)))


def _fail(exit_: exits.Exit, text: str) -> int:
    from lastcase.cli.output import print_error

    print_error(text)
    return exit_.code


def build_app(lang: Language) -> App:
    """The whole app with its help in one language."""
    app = _new_app(
        "lastcase", "cli.help", lang, version=__version__, help_epilogue=say("cli.help.epilogue", lang)
    )
    groups: dict[str, App] = {}
    for name, function in COMMANDS.items():
        head, _, tail = name.partition(" ")
        if not tail:
            app.command(_localised(function, lang), name=head, **_helps(name, lang))
            continue
        if head not in groups:
            groups[head] = _new_app(head, f"cli.{head}.help", lang)
            app.command(groups[head])
        groups[head].command(_localised(function, lang), name=tail, **_helps(name, lang))
    return app


class Formatter(DefaultFormatter):
    """Help whose usage line is in the reader's language too."""

    lang: Language = "en"

    def __call__(self, console: Any, options: Any, panel: Any) -> None:
        """Print a panel; that a parameter is required stands in its text, in the reader's language."""
        entries = [evolve(entry, required=False) for entry in panel.entries]
        super().__call__(console, options, panel.copy(entries=entries))

    def render_usage(self, console: Any, options: Any, usage: Any) -> None:
        """Print how the command is written."""
        if usage:
            console.print(f"{say('cli.help.usage', self.lang)} {usage}", markup=False, highlight=False)


def _formatter(lang: Language) -> Formatter:
    formatter = Formatter()
    formatter.lang = lang
    return formatter


def _new_app(name: str, help_id: str, lang: Language, **more: Any) -> App:
    app = App(
        name=name,
        help=say(help_id, lang),
        help_format="plaintext",
        help_on_error=False,
        help_formatter=_formatter(lang),
        default_parameter=Parameter(show_default=False, show_choices=False),
        group_commands=Group(say("cli.group.commands", lang)),
        group_parameters=Group(say("cli.group.options", lang)),
        group_arguments=Group(say("cli.group.arguments", lang)),
        **more,
    )
    app["--help"].help = say("cli.help.self", lang)
    app["--version"].help = say("cli.help.version", lang)
    return app


def _helps(name: str, lang: Language) -> dict[str, str]:
    """Help of a command, then its example."""
    key = message_key(name)
    example = say(f"{key}.example", lang)
    return {
        "help": say(f"{key}.help", lang),
        "help_epilogue": f"{say('cli.help.example', lang)}\n  {example}",
    }


def message_key(name: str) -> str:
    """The stem of a command's ids in the catalogue: `protocol list` has `cli.protocol.list`."""
    return "cli." + name.replace(" ", ".").replace("-", "_")


def _localised(function: Callable[..., Any], lang: Language) -> Callable[..., Any]:
    """A copy of the function whose parameters' help ids are texts."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is not a plain function")
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__doc__ = None
    hints = get_type_hints(function, include_extras=True)
    required = {name for name, one in signature(function).parameters.items() if one.default is one.empty}
    copy.__annotations__ = {name: _with_text(hint, lang, name in required) for name, hint in hints.items()}
    return copy


def _with_text(hint: Any, lang: Language, is_required: bool) -> Any:
    """The annotation with its help's text in place of the id, and a word where the parameter is required."""
    if get_origin(hint) is not Annotated:
        return hint
    kind, *notes = get_args(hint)
    said = [
        note if not isinstance(note, Parameter) or not note.help else _said(note, lang, is_required)
        for note in notes
    ]
    return Annotated[(kind, *said)]


def _said(note: Parameter, lang: Language, is_required: bool) -> Parameter:
    text = say(note.help or "", lang)
    text = f"{text}{say('cli.help.required', lang)}" if is_required else text
    return Parameter.combine(note, Parameter(help=text, show_default=False, show_choices=False))
