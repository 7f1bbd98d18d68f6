"""`lastcase derive`: derive an outbreak's answers anew and store what changed."""

from __future__ import annotations

from lastcase.cli.options import AsOf, Home, Json, KnownAt, Lang, OutbreakName
from lastcase.cli.texts import say


def derive(
    *,
    outbreak: OutbreakName,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Store the answers of the record as it stands, then print the brief at `as_of`.

    Answers hold instants and no clock states, so the instant chooses what is printed, never what is stored.
    With `known_at` nothing is stored: the answers of that day's record are derived for the print alone.
    """
    from lastcase.cli.brief import brief
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_error, progress

    open_house(home)
    if known_at is None:
        from lastcase.ops.records.refresh import DERIVE_STEPS, derive_outbreak

        with progress(say("cli.progress.deriving", outbreak=outbreak), DERIVE_STEPS) as bar:
            done = derive_outbreak(outbreak, on_step=bar.step)
        print_error(say("cli.derive.done", outbreak=outbreak, revision=done.revision, n=done.n_rows))
    brief(outbreak=outbreak, as_of=as_of, known_at=known_at, json=json)
