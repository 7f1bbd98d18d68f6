"""The whole list of 100,000 persons as a file, as the line list's page gives it: seconds, beside the machine.

    .venv/bin/python benchmarks/export_100k.py [--persons 100000]

The persons of `engines.city.managed`, recorded and derived in a home of its own (removed at the end); asked of Django
in this process, as the role of the web, by a post of the nation. Each person is noted as read.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

from home import new_home
from machine import machine
from pages_million import AS_OF, FILE, build, reader

TARGET_S = 10
TABS = ("persons", "contacts", "duties")
FORMS = ("csv", "xlsx")


def export(tab: str, form: str) -> float:
    """Ask for the file and read it to its end; the seconds."""
    from lastcase.ops.records.models import Outbreak

    url = FILE.format(outbreak=Outbreak.objects.get().name, as_of=AS_OF, form=form, query=f"tab={tab}")
    client = reader("nation")
    started = time.monotonic()
    response = client.get(url)
    content = response.getvalue()
    taken = time.monotonic() - started
    if response.status_code != 200:
        sys.exit(f"{url}: {response.status_code}")
    n_rows = content.count(b"\r\n") - 1
    rows = f", {n_rows:,} rows" if form == "csv" else ""
    print(f"{tab} as {form}: {taken:.1f} s ({len(content) / 2**20:.1f} MiB{rows})", flush=True)
    return taken


def main() -> int:
    """Print the measures; 1 where the list of persons took longer than allowed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=100_000)
    parser.add_argument("--build", action="store_true")
    chosen = parser.parse_args()
    if chosen.build:
        build(chosen.persons)
        return 0
    print(f"{machine()}; {chosen.persons:,} managed persons", flush=True)
    with new_home(boots=False):
        subprocess.run([sys.executable, __file__, "--build", "--persons", str(chosen.persons)], check=True)
        from lastcase.ops.bootstrap import boot

        boot(role="web", migrate=False)
        taken = {(tab, form): export(tab, form) for tab in TABS for form in FORMS}
    print(f"target: all persons under {TARGET_S} s")
    return int(max(taken["persons", form] for form in FORMS) > TARGET_S)


if __name__ == "__main__":
    sys.exit(main())
