"""`lastcase protocol list | show | check | diff`: read the rule books. No database is needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from lastcase.cli.exits import NOT_FOUND, CommandError
from lastcase.cli.options import Json, Lang
from lastcase.cli.texts import language, say

if TYPE_CHECKING:
    from lastcase.core.protocol.model import Protocol

EditionName = Annotated[str, Parameter(help="cli.argument.edition")]


def list_(*, json: Json = False, lang: Lang = None) -> None:
    """Every shipped edition."""
    from lastcase import editions
    from lastcase.cli.output import print_json, print_table

    shown = [_summary(editions.load_edition(name)) for name in editions.editions()]
    if json:
        print_json(shown)
        return
    name = "name_zh" if language() == "zh" else "name_en"
    headings = [
        say(f"cli.heading.{key}")
        for key in ("edition", "name", "disease", "effective_on", "rules", "assumed")
    ]
    rows = [
        [row["id"], row[name], row["disease"], row["effective_on"], row["n_rules"], row["n_assumed"]]
        for row in shown
    ]
    print_table(say("cli.protocol.list.title", n=len(rows)), headings, rows)


def _summary(protocol: Protocol) -> dict[str, object]:
    return {
        "id": protocol.id,
        "disease": protocol.disease,
        "name_en": protocol.name_en,
        "name_zh": protocol.name_zh,
        "issuer": protocol.issuer,
        "effective_on": protocol.effective_on,
        "source": protocol.source,
        "n_rules": len(protocol.rules),
        "n_assumed": sum(rule.assumed for rule in protocol.rules.values()),
    }


def show(edition: EditionName, /, *, json: Json = False, lang: Lang = None) -> None:
    """The whole rule book of an edition, rule by rule, in words."""
    from lastcase.cli.output import print_json, print_text

    protocol = load(edition)
    if json:
        print_json(_summary(protocol) | {"rules": [_rule_row(protocol, name) for name in protocol.rules]})
        return
    print_text(rule_book(protocol, language()))


def load(edition: str) -> Protocol:
    """A shipped edition, or one in a file (a name that ends in `.toml`). CommandError where there is none."""
    from lastcase import editions
    from lastcase.core.protocol.parse import parse_edition

    if edition.endswith(".toml"):
        return parse_edition(Path(edition).read_text(encoding="utf-8"), edition)
    if edition not in editions.editions():
        known = ", ".join(editions.editions())
        raise CommandError(NOT_FOUND, "cli.error.no_edition", edition=edition, known=known)
    return editions.load_edition(edition)


def check(
    file: Annotated[Path, Parameter(help="cli.argument.edition_file")], /, *, lang: Lang = None
) -> None:
    """Check an edition file; problems end with their exit code, each with file, line, field and mend."""
    from lastcase.cli.output import print_text
    from lastcase.core.protocol.parse import parse_edition

    protocol = parse_edition(file.read_text(encoding="utf-8"), str(file))
    print_text(say("cli.protocol.check.done", file=file, edition=protocol.id, n=len(protocol.rules)))


def rule_book(protocol: Protocol, lang: str) -> str:
    """The edition as plain text: each rule with its clause, its fields in words and its source."""
    return "\n\n".join(
        [_head(protocol, lang), *(_rule_text(protocol, name, lang) for name in protocol.rules)]
    )


def _head(protocol: Protocol, lang: str) -> str:
    name = protocol.name_zh if lang == "zh" else protocol.name_en
    return f"{protocol.id}: {name}\n{protocol.issuer}, {protocol.effective_on}\n{protocol.source}"


def _rule_text(protocol: Protocol, rule_id: str, lang: str) -> str:
    from lastcase.core.protocol.explain import explain_rule
    from lastcase.editions.messages import render

    rule = protocol.rules[rule_id]
    said = [f"  - {render(message.id, message.params, lang)}" for message in explain_rule(rule)]
    return "\n".join(
        [f"[{rule_id}] {rule.clause_zh if lang == 'zh' else rule.clause_en}", *said, f"  ({rule.source})"]
    )


def _rule_row(protocol: Protocol, rule_id: str) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(protocol.rules[rule_id])


def diff(
    old: Annotated[str, Parameter(help="cli.argument.edition")],
    new: Annotated[str, Parameter(help="cli.argument.edition")],
    /,
    *,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Say in words how the second edition differs from the first."""
    from lastcase.cli.output import print_json, print_text
    from lastcase.core.protocol.diff import diff as compare

    changes = compare(load(old), load(new))
    rows = [
        {
            "what": c.what,
            "rule": c.rule,
            "field": c.field,
            "text": say(c.message.id, None, **c.message.params),
            "source": c.source,
        }
        for c in changes
    ]
    if json:
        print_json(rows)
        return
    for row in rows:
        print_text(f"- {row['text']}" + (f" ({row['source']})" if row["source"] else ""))
    if not rows:
        print_text(say("cli.protocol.diff.same", a=old, b=new))
