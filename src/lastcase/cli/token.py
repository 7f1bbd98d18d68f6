"""`lastcase token issue | list | revoke`: what machines show that feed the visits lake of an outbreak."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from lastcase.cli.options import Home, Json, Lang, OutbreakName
from lastcase.cli.texts import say

Machine = Annotated[str, Parameter(help="cli.argument.machine")]
Number = Annotated[int, Parameter(help="cli.argument.token")]
PostArea = Annotated[str, Parameter(name="--area", help="cli.option.post_area")]
ValidDays = Annotated[float, Parameter(name="--valid-days", help="cli.option.token_days")]


def issue(
    name: Machine,
    /,
    *,
    outbreak: OutbreakName,
    area: PostArea = "",
    valid_days: ValidDays = 90.0,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Issue a token with which a machine feeds the outbreak's lake over HTTP; it is shown once."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text

    actor = open_house(home)
    from lastcase.ops.lake.tokens import issue_token

    token, text = issue_token(outbreak, name, area_id=area, by=actor, valid_days=valid_days)
    if json:
        print_json({"id": token.pk, "token": text, "expires_at": token.expires_at.isoformat()})
    else:
        print_text(say("cli.token.issued", id=token.pk, outbreak=outbreak, days=f"{valid_days:g}"))
        print_text(text)


def list_(*, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """List the tokens that were issued."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_table

    open_house(home)
    from lastcase.ops.accounts.queries import tokens

    rows = [
        {
            "id": token.pk,
            "name": token.post.title,
            "area": token.post.area_id,
            "outbreak": token.outbreak,
            "expires_at": token.expires_at.isoformat(timespec="seconds"),
            "revoked_at": token.revoked_at.isoformat(timespec="seconds") if token.revoked_at else None,
        }
        for token in tokens()
    ]
    if json:
        print_json(rows)
    else:
        headings = ("token", "machine", "area", "outbreak", "expires", "revoked")
        cells = [["–" if cell in (None, "") else cell for cell in row.values()] for row in rows]
        print_table("", [say(f"cli.heading.{name}") for name in headings], cells)


def revoke(number: Number, /, *, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """End a token at once."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text

    actor = open_house(home)
    from lastcase.ops.lake.tokens import revoke_token

    revoke_token(number, by=actor)
    if json:
        print_json({"is_revoked": True})
    else:
        print_text(say("cli.token.revoked", id=number))
