"""Fill an empty home with a tiny synthetic city for each language, and a duty officer who has never seen it.
Run as a process: `python evening.py HOME`."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

PASSWORD = "seven blue boats at noon"
OFFICERS = {"en": ("linxia", "Lin Xia"), "zh": ("linxia-zh", "林夏")}
"""Who signs in, by language: the name typed and the name shown."""
CITY = {"en": "evening", "zh": "evening-zh"}
COUNTED_FROM = date(2022, 9, 18)
"""The hours of the last two days of the story alone are counted: a whole history takes a minute."""


def fill(home: Path) -> dict[str, str]:
    """Two cities of one seed, equal in everything but their names: what one evening changes the other does not see."""
    from lastcase.cli.house import open_house

    by = open_house(home)
    from lastcase.engines.city.story import Size
    from lastcase.ops.accounts import actions
    from lastcase.ops.accounts.models import Post
    from lastcase.ops.imports.city import load_city
    from lastcase.ops.records.refresh import derive_outbreak
    from lastcase.ops.records.snapshots import build_snapshots

    for name in CITY.values():
        outbreak, _ = load_city(Size(name, f"SYN-{name}", 2_000, 3), by=by)
        build_snapshots(
            outbreak, since_on=COUNTED_FROM
        )  # first: nobody then counts the whole history beside it
        derive_outbreak(outbreak)
    post = Post.objects.get(kind="duty_officer", area_id="450500")
    for login, shown in OFFICERS.values():
        token = actions.invite_user(post=post, by=by)
        actions.use_link(token=token, username=login, password=PASSWORD, display_name=shown)
    return {"setup": ""}


if __name__ == "__main__":
    print("WORLD " + json.dumps(fill(Path(sys.argv[1]))))
