"""A home of its own for a benchmark: an embedded server and an empty record, removed at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_home(*, boots: bool = True) -> Iterator[Path]:
    """An empty home in which Lastcase is booted as its owner; `boots` False: the caller does that."""
    home = Path(tempfile.mkdtemp(prefix="lastcase-bench-"))
    os.environ["LASTCASE_HOME"] = str(home)
    from lastcase.engines import postgres
    from lastcase.engines.embedded.layout import find_layout
    from lastcase.ops.bootstrap import boot

    if boots:
        boot()
    try:
        yield home
    finally:
        postgres.stop(home)
        shutil.rmtree(find_layout(home).base, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
