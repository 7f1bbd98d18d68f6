"""How to sign in, printed by a process that acts as the owner.

`python -m lastcase.cli.sign_in HOME URL LANG`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lastcase.cli import texts
from lastcase.cli.texts import say


def print_link(url: str) -> None:
    """Print a new one-time link for the first administrator, or where to sign in once there is one."""
    from django.urls import reverse

    from lastcase.cli.output import print_text
    from lastcase.ops.accounts.actions import create_setup_link
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.accounts.queries import has_administrator

    if has_administrator():
        print_text(say("cli.demo.administrator", url=url))
        return
    token = create_setup_link(by=command_line())
    print_text(say("cli.demo.link"))
    print_text(f"  {url}{reverse('follow_link', args=[token])}")


def main(home: str, url: str, lang: str) -> None:
    """Open the house as owner and print."""
    from lastcase.cli.house import open_house

    texts.choose("zh" if lang == "zh" else "en")
    open_house(Path(home))
    print_link(url)


if __name__ == "__main__":
    main(*sys.argv[1:])
