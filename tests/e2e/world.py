"""Fill an empty home as the demo does, with people who hold posts. Run as a process: `python world.py
HOME`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

PASSWORD = "seven blue boats at noon"
PEOPLE = {
    "officer": ("duty_officer", ""),
    "keeper": ("administrator", ""),
    "beihai": ("duty_officer", "450500"),
    "keyholder": ("data_clerk", ""),
    "worker": ("cell_worker", "450502"),
    "clerk": ("data_clerk", "450500"),
}
"""Who signs in, under which post, in which area."""


def fill(home: Path) -> dict[str, str]:
    """Load MERS and Beihai, make the people, and return their one-time links."""
    from lastcase.cli.house import open_house

    open_house(home)
    from lastcase.cli.demo_load import BEIHAI, MERS, load_story
    from lastcase.ops.accounts import actions
    from lastcase.ops.accounts.actor import command_line

    by = command_line()
    for story in (MERS, BEIHAI):
        load_story(story, by)
    setup = actions.create_setup_link(by=by)
    for name, (kind, area_id) in PEOPLE.items():
        post = actions.create_post(kind=kind, area_id=area_id, by=by)
        token = actions.invite_user(post=post, by=by)
        actions.use_link(token=token, username=name, password=PASSWORD, display_name=name.title())
    return {"setup": setup}


if __name__ == "__main__":
    print("WORLD " + json.dumps(fill(Path(sys.argv[1]))))
