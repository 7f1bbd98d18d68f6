"""Write the generated documents from the code: ``python tools/docs.py [--check]``.

Everything under ``docs/reference`` is made here. ``--check`` writes nothing and exits with 1 where a page is
stale or left over.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from docs_pages import commands, editions, plans, tables

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Made from the code by `make docs`; do not edit. -->\n\n"


def pages() -> Iterator[tuple[str, str]]:
    """Every generated page: its path under the reference, its text."""
    yield from tables.pages()
    yield from commands.pages()
    yield from editions.pages()
    yield from plans.pages()


def stale(wanted: dict[Path, str]) -> list[str]:
    """Pages that are missing, other than the code says, or left over."""
    there = set(REFERENCE.rglob("*.md"))
    apart = [path for path, text in wanted.items() if not path.is_file() or path.read_text() != text]
    return sorted(str(path.relative_to(ROOT)) for path in {*apart, *(there - set(wanted))})


def write(wanted: dict[Path, str]) -> None:
    """Make the reference equal to what the code says."""
    for path in set(REFERENCE.rglob("*.md")) - set(wanted):
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the generated documents from the code.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where a page is stale"
    )
    arguments = parser.parse_args()
    wanted = {REFERENCE / name: NOTE + text.rstrip() + "\n" for name, text in pages()}
    if not arguments.check:
        write(wanted)
        print(f"docs: {len(wanted)} pages under docs/reference")
        return 0
    found = stale(wanted)
    if found:
        print("docs: stale, run make docs:", *found, sep="\n  ", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
