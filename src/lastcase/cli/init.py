"""`lastcase init`: make the home, its server and its tables."""

from __future__ import annotations

from lastcase.cli.options import Home, Lang
from lastcase.cli.texts import say


def init(*, home: Home = None, lang: Lang = None) -> None:
    """Ready the home; doing it again changes nothing."""
    from lastcase.cli.house import choose_home, open_house
    from lastcase.cli.output import print_text

    open_house(home)
    print_text(say("cli.init.done", home=choose_home(home)))
