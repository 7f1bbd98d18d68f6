"""Wrong use, in the user's language: what the parser found, named without its English sentence."""

from __future__ import annotations

from cyclopts import exceptions as parser

from lastcase.cli.texts import say


def usage_text(error: parser.CycloptsError) -> str:
    """One line that says what is wrong with the words given, and where help is."""
    command = " ".join(["lastcase", *(error.command_chain or ())])
    return f"{_what(error)}\n{say('cli.usage.see_help', command=command)}"


def _what(error: parser.CycloptsError) -> str:
    if isinstance(error, parser.UnknownCommandError):
        return say("cli.usage.unknown_command", value=(error.unused_tokens or [""])[0])
    if isinstance(error, parser.UnknownOptionError):
        return say("cli.usage.unknown_option", value=error.token.keyword or error.token.value)
    if isinstance(error, parser.MissingArgumentError):
        return say("cli.usage.missing", name=_name(error))
    if isinstance(error, parser.CoercionError):
        value = error.token.value if error.token else ""
        return say("cli.usage.value", name=_name(error), value=value)
    if isinstance(error, parser.RepeatArgumentError):
        return say("cli.usage.repeated", name=error.token.keyword or "")
    if isinstance(error, parser.UnusedCliTokensError):
        return say("cli.usage.unused", value=" ".join(error.unused_tokens or ()))
    return say("cli.usage.other")


def _name(error: parser.CycloptsError) -> str:
    argument = error.argument
    if argument is None:
        return ""
    return argument.name if argument.field_info.is_keyword_only else argument.name.lstrip("-").upper()
