"""`lastcase stop`: end the embedded server cleanly."""

from __future__ import annotations

from lastcase.cli.options import Home, Lang
from lastcase.cli.texts import say


def stop(*, home: Home = None, lang: Lang = None) -> None:
    """End the server of the home; where none runs, say so."""
    from lastcase.cli.house import choose_home
    from lastcase.cli.output import print_text, progress
    from lastcase.engines import postgres

    place = choose_home(home)
    with progress(say("cli.progress.stopping")):
        was_running = postgres.stop(place)
    print_text(say("cli.stop.done" if was_running else "cli.stop.none", home=place))
