"""Finding a person while a name, a telephone or a document is typed: by keys stored beside the facts.

The keys are made in the write path from the columns they stand for, set by set. They compare byte by byte
(collation C), so that a beginning is a range of an ordinary index, also under row security.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.db.models import Q

from lastcase.engines.linkage.names import document_key, name_columns, name_keys, phone_key
from lastcase.ops.records.models import FACTS, SEARCH_COLUMNS, Member, Outbreak
from lastcase.ops.records.sought import Sought, first_of

SUGGESTED = 6
LAST_CHARACTER = chr(0x10FFFF)
SOUND = "search_name"
MIN_CHARS = 2
"""Fewer typed letters or digits find too many."""


def with_search(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame of persons with the keys of those columns that it holds."""
    made: list[pl.Expr | pl.Series] = []
    if "name" in frame.columns:
        names = name_columns(frame["name"])
        made += [names["pinyin"].alias("search_name"), names["swapped"].alias("search_swapped")]
    if "phone" in frame.columns:
        made.append(phone_key("phone").alias("search_phone"))
    if "document_id" in frame.columns:
        made.append(document_key("document_id").alias("search_document"))
    return frame.with_columns(made)


def search_given(given: list[str]) -> list[str]:
    """The keys that follow from the given columns."""
    return [key for key, column in SEARCH_COLUMNS.items() if column in given]


def _begins(column: str, text: str) -> Q:
    """A range of the index: from the text up to whatever no longer begins with it."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


def search_persons(text: str, outbreak: str, outbreak_id: int, using: str, *, is_wide: bool) -> Sought:
    """Persons whose name begins so by sound, in either order, or whose id (with or without the outbreak's namespace)
    or list id does, as typed or in the other case. Of an entry merged into another, the survivor.

    Each beginning is looked for apart: so each is one stretch of an index. `is_wide`: see `first_of`.
    """
    ranges, params = _ranges(text, outbreak)
    found = {column: _FOUND.format(range=one.format(alias="s")) for column, one in ranges.items()}
    merged = _MERGED.format(ranges=_any_of(ranges.values(), "s"))
    limited = " UNION ALL ".join(f"({query} LIMIT %(few)s)" for query in found.values())
    first, is_all = first_of(limited, {**params, "outbreak": outbreak_id}, using, is_wide=is_wide)
    return Sought(
        first,
        is_all,
        sql=" UNION ".join(found.values()),
        is_one=f"({_any_of(ranges.values(), 'p')} OR a.person_id IN ({merged}))",
        params=params,
        by_sound=ranges.get(SOUND, "false").format(alias="p"),
        others=" UNION ".join([*(query for name, query in found.items() if name != SOUND), merged]),
    )


def _any_of(ranges: Iterable[str], alias: str) -> str:
    return " OR ".join(f"({one.format(alias=alias)})" for one in ranges)


def _ranges(text: str, outbreak: str) -> tuple[dict[str, str], dict[str, str]]:
    """Stretches of the indexes as SQL about an alias, by name, with their parameters."""
    spellings = sorted({text, text.lower(), text.upper(), text.capitalize(), text.title()})
    sound = name_keys(text).pinyin
    beginnings = {
        SOUND: [sound] if sound else [],
        "search_swapped": [sound] if sound else [],
        "list_id": spellings,
        "person_id": [*spellings, *(f"{outbreak}:{spelling}" for spelling in spellings)],
    }
    ranges: dict[str, str] = {}
    params: dict[str, str] = {}
    for column, texts in beginnings.items():
        for number, beginning in enumerate(texts):
            name = f"q_{column}_{number}" if number else f"q_{column}"
            field = f"{{alias}}.{column}"
            ranges[name.removeprefix("q_")] = f"{field} >= %({name})s AND {field} < %({name}_end)s"
            params |= {name: beginning, f"{name}_end": beginning + LAST_CHARACTER}
    return ranges, params


_SURVIVOR = """SELECT m.survivor_id FROM records_member m
    WHERE m.outbreak_id = %(outbreak)s AND m.person_id = s.person_id"""
_FOUND = f"""SELECT CASE WHEN s.merged_into_id IS NULL THEN s.person_id ELSE ({_SURVIVOR}) END AS who
    FROM fact_persons s WHERE s.retired_at IS NULL AND {{range}}"""
_MERGED = f"""SELECT ({_SURVIVOR}) FROM fact_persons s
    WHERE s.retired_at IS NULL AND s.merged_into_id IS NOT NULL AND ({{ranges}})"""


def suggest(outbreak: Outbreak, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Persons of the outbreak that may be whom somebody is entering: the same document or telephone first, then
    names that begin so. `why` names what agrees; at most SUGGESTED."""
    keys = _keys(typed)
    found: dict[str, dict[str, Any]] = {}
    for why, which in (
        ("document", Q(search_document=keys["document"]) if keys["document"] else None),
        ("phone", Q(search_phone=keys["phone"]) if keys["phone"] else None),
        ("name", _name_begins(keys["name"])),
    ):
        if which is not None:
            for row in _rows(outbreak, which):
                found.setdefault(row["person_id"], {**row, "why": []})["why"].append(why)
    ranked = sorted(
        found.values(), key=lambda row: (-len(row["why"]), row["why"][0] == "name", row["person_id"])
    )
    return ranked[:SUGGESTED]


def _keys(typed: Mapping[str, str]) -> dict[str, str | None]:
    frame = pl.DataFrame(
        {"phone": [typed.get("phone")], "document_id": [typed.get("document_id")]},
        schema={"phone": pl.String, "document_id": pl.String},
    )
    one = frame.select(phone=phone_key("phone"), document=document_key("document_id")).to_dicts()[0]
    return {**one, "name": name_keys(typed.get("name") or "").pinyin or None}


def _name_begins(key: str | None) -> Q | None:
    if key is None or len(key) < MIN_CHARS:
        return None
    return _begins("search_name", key) | _begins("search_swapped", key)


def _rows(outbreak: Outbreak, which: Q) -> list[dict[str, Any]]:
    persons = FACTS["persons"].objects.filter(which, retired_at=None, merged_into_id=None)  # type: ignore[attr-defined]
    known = Member.objects.filter(outbreak=outbreak).values("person_id")
    columns = ("person_id", "name", "list_id", "sex", "birth_on", "age_years", "residence_area_id")
    return list(
        persons.filter(person_id__in=known).order_by("search_name", "id").values(*columns)[: SUGGESTED * 2]
    )
