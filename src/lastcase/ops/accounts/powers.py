"""What each kind of post may do: a table, read by the permission checks, the pages and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Power = Literal[
    "see_area", "see_persons", "record", "judge", "hand_over", "import", "sign", "command", "manage_accounts"
]
PostKind = Literal["administrator", "duty_officer", "investigator", "data_clerk", "cell_worker"]

POWERS: tuple[Power, ...] = get_args(Power)
POST_KINDS: tuple[PostKind, ...] = get_args(PostKind)

POWERS_OF: Mapping[str, frozenset[Power]] = MappingProxyType(
    {
        "administrator": frozenset({"manage_accounts"}),
        "duty_officer": frozenset(
            {"see_area", "see_persons", "record", "judge", "hand_over", "import", "sign", "command"}
        ),
        "investigator": frozenset({"see_area", "see_persons", "record", "judge", "hand_over"}),
        "data_clerk": frozenset({"see_area", "see_persons", "record", "import"}),
        "cell_worker": frozenset({"see_area", "see_persons"}),
    }
)
"""Powers by kind of post. The administrator keeps accounts and sees nobody's facts; who needs both holds two
posts.

see_area: the board, risk areas and counts of the post's area. see_persons: lists and records of persons
there.
record: enter and correct facts. judge: classify candidates, decide the status of a case. hand_over: ask another area
to take a person over, and sign for one received. import: load files. sign: signed decisions such as day 0.
command: found outbreaks and adopt editions. manage_accounts: invite users and give posts.
"""
