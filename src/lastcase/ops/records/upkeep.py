"""What can wait is done by a process of its own, which yields to whoever waits for a page: answers for whole areas
after a live change, those under an edition that comes into force, visits that came into a lake and were not followed,
and snapshots of the hours that have passed.

It looks every minute, begins at once what somebody asked for, and ends with the process that began it:
`python -m lastcase.ops.records.upkeep` stops as soon as its standard input is closed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from time import sleep

NICENESS = 5
BEGIN_S, EVERY_S = 30.0, 60.0
"""Seconds to the first look, and between looks."""
CALM_S = 1.0
"""Seconds without another change before whole areas are settled: open Boards fetch the change meanwhile, and changes
that come one upon another are settled together."""

_log = logging.getLogger(__name__)


def keep_on() -> None:
    """Settle what live changes leave and derive where an edition comes into force, and beside it look for hours that
    have passed; each waits for the next minute or for a wish."""
    from lastcase.ops.lake.live import follow_all_lakes
    from lastcase.ops.records.live import LEFT, SNAPSHOTS
    from lastcase.ops.records.refresh import settle_all_areas, take_effect
    from lastcase.ops.records.replay import keep_up_all

    def keep_answers() -> None:
        follow_all_lakes()
        settle_all_areas()
        take_effect()

    settling = partial(_keep_doing, keep_answers, LEFT, 0.0, calm_s=CALM_S, stands_by=True)
    Thread(target=settling, daemon=True).start()
    _keep_doing(keep_up_all, SNAPSHOTS, BEGIN_S)


def _keep_doing(
    work: Callable[[], None], channel: str, first_s: float, *, calm_s: float = 0.0, stands_by: bool = False
) -> None:
    """Over one listening connection, and no other while it waits."""
    from django.db import connections

    from lastcase.ops.records.live import wishes

    while True:
        try:
            for _ in wishes(channel, first_s, EVERY_S, calm_s=calm_s, stands_by=stands_by):
                work()
                connections.close_all()
        except Exception:  # the database may be away for a while: the next look finds what is due
            _log.exception("%s could not be done", work.__name__)
            connections.close_all()
        sleep(EVERY_S)
        first_s = 0.0


def _end_with_parent() -> None:
    """Whatever is under way ends: a transaction is rolled back, and the next look begins where it stood."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Begin as the pages' role, behind everybody else."""
    from lastcase.ops.bootstrap import boot

    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then closes the input
    Thread(target=_end_with_parent, daemon=True).start()
    boot(role="web", migrate=False)
    keep_on()


if __name__ == "__main__":
    main()
