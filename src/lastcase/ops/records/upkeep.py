"""Snapshots are kept up by a process of its own, which yields to whoever waits for a page.

It looks every minute for hours that have passed, begins at once what somebody asked for, and ends with the process that
began it: `python -m lastcase.ops.records.upkeep` stops as soon as its standard input is closed.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from threading import Thread
from time import sleep

NICENESS = 5
BEGIN_S, EVERY_S = 30.0, 60.0
"""Seconds to the first look, and between looks."""

_log = logging.getLogger(__name__)


def keep_on() -> None:
    """Look, and wait for the next minute or for a wish; over one listening connection, and no other meanwhile."""
    from django.db import connections

    from lastcase.ops.records.live import wishes
    from lastcase.ops.records.replay import keep_up_all

    first_s = BEGIN_S
    while True:
        try:
            for _ in wishes(first_s, EVERY_S):
                keep_up_all()
                connections.close_all()
        except Exception:  # the database may be away for a while: the next look finds what is due
            _log.exception("snapshots could not be kept up")
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
