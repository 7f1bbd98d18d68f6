"""`lastcase snapshots`: count the Board's numbers of every past hour, for the replay."""

from __future__ import annotations

from lastcase.cli.exits import CONFLICT, CommandError
from lastcase.cli.options import Home, Json, Lang, OutbreakName
from lastcase.cli.texts import say


def snapshots(*, outbreak: OutbreakName, json: Json = False, home: Home = None, lang: Lang = None) -> None:
    """Count anew what the Board showed at every hour of the outbreak, and keep it for the replay.

    Days are derived from what was known at their end; where the record does not state that, facts count from their own
    dates.
    """
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text, progress

    open_house(home)
    from lastcase.ops.records.outbreaks import get_outbreak
    from lastcase.ops.records.replay import run_of
    from lastcase.ops.records.snapshots import build_snapshots

    n_told = 0
    with progress(say("cli.progress.snapshots", outbreak=outbreak), 100) as bar:

        def tell(n_done: int, n_days: int) -> None:
            nonlocal n_told
            while n_told < n_done * 100 // n_days:
                bar.step()
                n_told += 1

        n_rows = build_snapshots(outbreak, on_day=tell)
    if n_rows is None:
        raise CommandError(CONFLICT, "cli.error.snapshots_busy", outbreak=outbreak)
    run = run_of(get_outbreak(outbreak))
    told = {
        "outbreak": outbreak,
        "n_rows": n_rows,
        "n_days": run.n_days if run else 0,
        "basis": run.basis if run else "",
    }
    if json:
        print_json(told)
        return
    print_text(say("cli.snapshots.done", outbreak=outbreak, n=n_rows, days=told["n_days"]))
