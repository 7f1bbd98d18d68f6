"""Snapshots kept up beside the pages: a light thread that looks every minute, and work begun on demand."""

from __future__ import annotations

import logging
from threading import Event, Thread

from django.db import connections

from lastcase.ops.records.models import Outbreak
from lastcase.ops.records.replay import keep_up_all
from lastcase.ops.records.snapshots import build_snapshots

BEGIN_S, EVERY_S = 30.0, 60.0

_log = logging.getLogger(__name__)


def start() -> Event:
    """Look every minute for hours that have passed, until the event that comes back is set."""
    stop = Event()
    Thread(target=_keep, args=(stop,), name="snapshots", daemon=True).start()
    return stop


def _keep(stop: Event) -> None:
    wait_s = BEGIN_S
    while not stop.wait(wait_s):
        wait_s = EVERY_S
        try:
            keep_up_all()
        except Exception:  # the database may be away for a while: the next look finds what is due
            _log.exception("snapshots could not be kept up")
        finally:
            connections.close_all()


def make(outbreak: Outbreak) -> None:
    """Begin to make the outbreak's whole history anew; where somebody is at it already, nothing is begun."""
    Thread(target=_make, args=(outbreak,), name=f"snapshots-{outbreak.pk}", daemon=True).start()


def _make(outbreak: Outbreak) -> None:
    try:
        build_snapshots(outbreak)
    except Exception:  # noted in the run, which the page shows
        _log.exception("snapshots could not be made")
    finally:
        connections.close_all()
