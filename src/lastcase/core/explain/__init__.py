"""Why an answer is as it is: messages with parameters, the facts they rest on and the rules they apply.

A message carries no text. Its id names an entry of the catalogue, which holds the wording in both languages.
Stored answers keep their explanation as JSON text (`dumps`), read back by `loads`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Message:
    """One sentence of an explanation.

    `id` names the catalogue's entry, `params` fill its blanks, `facts` are rows as `table:key`, `rules` are
    rule ids of the edition.
    """

    id: str
    params: Mapping[str, object] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


def dumps(messages: Iterable[Message]) -> str:
    """JSON text of an explanation, as the column `because` holds it."""
    return json.dumps([asdict(message) for message in messages], ensure_ascii=False, default=str)


def loads(text: str | None) -> list[Message]:
    """The messages of a `because` column; none for null or empty text.

    ValueError for text that is no explanation.
    """
    rows = json.loads(text) if text else []
    return [
        Message(
            row["id"], row.get("params") or {}, tuple(row.get("facts") or ()), tuple(row.get("rules") or ())
        )
        for row in rows
    ]
