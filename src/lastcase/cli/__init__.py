"""The command line.

It translates words into calls and answers into text; it holds no rule and writes nothing itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave the process with its exit code (`lastcase.cli.exits`)."""
    from lastcase.cli.app import run

    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))
