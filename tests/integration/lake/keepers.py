"""A process that re-keys and searches the lake of an outbreak in children of its own, and kills them.

It has loaded everything and neither used Polars nor opened a connection, which would not outlive a fork. Run as
`python -m tests.integration.lake.keepers` with the home in the environment, one request a line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.command import ROOT, environment
from tests.integration.lake.nursery import die_at

OUTBREAK, CASE = "here", "here:1"


# -- in the test's process


class Keepers:
    """The process of this module, seen from the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, work: str, **request: Any) -> dict[str, Any]:
        """Let a child do `rekey`, `find` or `check`: how it ended (`code`: 0, or -9 if it was killed), how long it took
        (`seconds`) and what it said (`said`, of a check that ended).

        `after_s`: kill it that long after it began; `dies_at`: at that call by which the disk changes.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"work": work, **request}), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the keepers have ended"
        return dict(json.loads(answer))


@contextmanager
def open_keepers(home: Path) -> Iterator[Keepers]:
    """Start the process; it ends with the block."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.integration.lake.keepers"]
    variables = environment(home, PYTHONPATH=path, OPENBLAS_NUM_THREADS="1", PYTHONWARNINGS="default")
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Keepers(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


# -- in the process itself


def main() -> None:
    from lastcase.ops.bootstrap import boot

    boot(migrate=False)
    import lastcase.ops.lake.find
    import lastcase.ops.lake.keep  # noqa: F401

    for line in sys.stdin:
        print(json.dumps(_child(json.loads(line))), flush=True)


def _child(request: dict[str, Any]) -> dict[str, Any]:
    """Fork one, let it work, and kill it if it is asked for."""
    heard, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(heard)
        _live(request, tells)
    os.close(tells)
    os.read(heard, 1)  # it begins
    started = time.monotonic()
    if (after_s := request.get("after_s")) is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(heard) as hearing:
        said = hearing.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {"code": code, "seconds": time.monotonic() - started, "said": json.loads(said) if said else None}


def _live(request: dict[str, Any], tells: int) -> None:
    """The whole life of a child: it never returns."""
    code = 1
    try:
        work: dict[str, Callable[[], Any]] = {"rekey": _rekey, "find": _find, "check": _check}
        os.write(tells, b" ")
        say = os.write
        if (call := request.get("dies_at")) is not None:
            die_at(call)
        answer = work[request["work"]]()
        say(tells, json.dumps(answer).encode())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _rekey() -> None:
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.lake.keep import rekey_lake

    rekey_lake(OUTBREAK, by=command_line())


def _find() -> list[list[Any]]:
    """Who met the case, sorted by person: person, pseudonym, minutes."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.lake.find import find_contacts, unmask

    by = command_line()
    found = find_contacts(OUTBREAK, [CASE], by=by, n_rings=2)
    persons = unmask(found, purpose="test", by=by)
    columns = found.contacts["pseudonym"], found.contacts["minutes_most"]
    return sorted([person, *told] for person, *told in zip(persons, *columns, strict=True))


def _check() -> dict[str, Any]:
    """Whether every file is whole, which numbering there is, which dictionaries, and what a search finds."""
    from lastcase.ops.accounts.actor import command_line
    from lastcase.ops.lake.house import open_lake
    from lastcase.ops.lake.keep import verify_lake
    from lastcase.ops.records.outbreaks import get_outbreak

    house = open_lake(get_outbreak(OUTBREAK))
    return {
        "is_clean": verify_lake(OUTBREAK, by=command_line()).is_clean,
        "numbering": house.lake.manifest().numbering,
        "dictionaries": sorted(path.name for path in house.keys.iterdir() if path.is_dir()),
        "found": _find(),
    }


if __name__ == "__main__":
    main()
