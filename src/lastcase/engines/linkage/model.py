"""The comparisons and their weights.

A comparison is a list of levels, the first that holds counts. Levels stand in groups: within one the
probabilities are those *given* what the group says, so that what a household shares (telephone, home, a twin's
date of birth) is not counted twice. `weights.toml` holds, for every level, `m` (how often it holds between two
entries of one person) and `u` (between entries of two persons), and the thresholds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

NEAR_SIMILARITY = 0.92
"""Jaro-Winkler similarity of two names' pinyin from which they are near, where at most two letters differ."""


@dataclass(frozen=True)
class Level:
    """One level: its name, the condition (DuckDB's SQL over `<column>_l` and `<column>_r`), and its group."""

    name: str
    sql: str
    group: str = ""

    @property
    def key(self) -> str:
        """Under which its weights stand."""
        return f"{self.group}_{self.name}" if self.group else self.name


@dataclass(frozen=True)
class Comparison:
    """What is compared: the levels, and the condition under which nothing can be said."""

    name: str
    unknown: str
    levels: tuple[Level, ...]


def _both(*columns: str) -> str:
    return " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


SHARED = f"(coalesce({_same('phone')}, false) OR coalesce({_same('place')}, false))"
"""One telephone or one home: perhaps one person, perhaps a household."""
SAME_NAME = "(pinyin_l = pinyin_r OR pinyin_l = swapped_r OR swapped_l = pinyin_r OR parts_l = parts_r)"
NEAR_NAME = (
    f"(jaro_winkler_similarity(pinyin_l, pinyin_r) >= {NEAR_SIMILARITY} "
    "AND damerau_levenshtein(pinyin_l, pinyin_r) <= 2)"
)
NEAR_AT_HOME = f"({SHARED} AND NOT coalesce({SAME_NAME}, false) AND coalesce({NEAR_NAME}, false))"
"""Two names that are nearly one under one telephone or roof: siblings, twins, or a name written wrongly."""
OTHER_AT_HOME = f"({SHARED} AND NOT coalesce({SAME_NAME}, false))"
"""Two other names there: parent and child, spouses, or somebody misnamed."""
ONE_PART_OFF = """(birth_on_l IS NOT NULL AND birth_on_r IS NOT NULL AND (
    (year(birth_on_l) = year(birth_on_r))::int + (month(birth_on_l) = month(birth_on_r))::int
        + (day(birth_on_l) = day(birth_on_r))::int = 2
    OR (year(birth_on_l) = year(birth_on_r) AND month(birth_on_l) = day(birth_on_r)
        AND day(birth_on_l) = month(birth_on_r))))"""

_NAME = (
    ("same", "plain_l = plain_r"),
    ("same_pinyin", "pinyin_l = pinyin_r"),
    ("swapped", SAME_NAME),
    ("other_character", f"is_han_l AND is_han_r AND {NEAR_NAME}"),
    ("near", NEAR_NAME),
    ("differs", "true"),
)
_BIRTH = (
    ("same", "birth_on_l = birth_on_r"),
    ("one_part_off", ONE_PART_OFF),
    ("same_year", f"abs(birth_year_l - birth_year_r) <= 1 AND ({_both('birth_on')})"),
    ("differs", "true"),
)
_DIFFERS = Level("differs", "true")


def _in_group(group: str, condition: str, levels: tuple[tuple[str, str], ...]) -> tuple[Level, ...]:
    return tuple(Level(name, f"{condition} AND ({sql})", group) for name, sql in levels)


COMPARISONS = (
    Comparison(
        "phone",
        _both("phone"),
        (
            Level("same", _same("phone")),
            Level("one_digit_off", "damerau_levenshtein(phone_l, phone_r) = 1"),
            _DIFFERS,
        ),
    ),
    Comparison(
        "home",
        f"coalesce({_both('place')}, true) AND coalesce({_both('area')}, true)",
        (
            Level("same_place", f"coalesce({_same('phone')}, false) AND {_same('place')}", "one_phone"),
            Level("same_area", f"coalesce({_same('phone')}, false) AND {_same('area')}", "one_phone"),
            Level("differs", f"coalesce({_same('phone')}, false)", "one_phone"),
            Level("same_place", _same("place")),
            Level("same_area", _same("area")),
            _DIFFERS,
        ),
    ),
    Comparison(
        "name",
        _both("pinyin"),
        (*_in_group("shared", SHARED, _NAME), *(Level(name, sql) for name, sql in _NAME)),
    ),
    Comparison(
        "birth",
        f"coalesce({_both('birth_year')}, true)",
        (
            *_in_group("near_at_home", NEAR_AT_HOME, _BIRTH),
            *_in_group("other_at_home", OTHER_AT_HOME, _BIRTH),
            *(Level(name, sql) for name, sql in _BIRTH),
        ),
    ),
    Comparison("sex", _both("sex"), (Level("same", _same("sex")), _DIFFERS)),
    Comparison(
        "document",
        _both("document"),
        (
            Level("same", _same("document")),
            Level("one_character_off", "damerau_levenshtein(document_l, document_r) = 1"),
            _DIFFERS,
        ),
    ),
    Comparison("list_id", _both("list_id"), (Level("same", _same("list_id")), _DIFFERS)),
)
"""Each is given those before it: what a household shares is known when names are compared, and both when births are."""
FREQUENT_NAMES = ("same", "same_pinyin")
"""Levels of the name whose `u` is how common that name is, where nothing else ties the two entries."""


@cache
def weights() -> Mapping[str, Any]:
    """The shipped weights: `[thresholds]`, `[prior]` and `[levels.<comparison>.<level>]` with m and u."""
    text = (files("lastcase.engines.linkage") / "weights.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def thresholds() -> Mapping[str, float]:
    """From which probability a pair is shown (`show`), likely (`likely`) and offered for acceptance in bulk
    (`accept`)."""
    return dict(weights()["thresholds"])


def level_names(comparison: Comparison) -> list[str]:
    """Names of the levels by Splink's number of them: the last level is 0, each before it one more."""
    return [level.name for level in reversed(comparison.levels)]


def prior(n_persons: int) -> float:
    """The probability that two persons drawn at random are one. It falls with the number of persons, because
    the pairs grow with its square and the doubles do not."""
    given = weights()["prior"]
    return float(2 * given["double_share"] / max(n_persons, given["n_persons_min"]))


def splink_settings(n_persons: int, rules: list[str]) -> dict[str, Any]:
    """Splink's settings: the comparisons with the shipped weights, and the rules that form pairs."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior(n_persons),
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in rules],
        "comparisons": [_splink_comparison(comparison) for comparison in COMPARISONS],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }


def _splink_comparison(comparison: Comparison) -> dict[str, Any]:
    given = weights()["levels"][comparison.name]
    unknown = {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True}
    last = comparison.levels[-1]
    conditions = [(level, "ELSE" if level is last else level.sql) for level in comparison.levels]
    levels = [
        unknown,
        *(_splink_level(comparison, level, sql, given[level.key]) for level, sql in conditions),
    ]
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _splink_level(
    comparison: Comparison, level: Level, sql: str, given: Mapping[str, float]
) -> dict[str, Any]:
    made: dict[str, Any] = {"sql_condition": sql, "label_for_charts": level.key}
    made |= {"m_probability": given["m"], "u_probability": given["u"]}
    if comparison.name == "name" and not level.group and level.name in FREQUENT_NAMES:
        made |= {"tf_adjustment_column": "pinyin", "tf_adjustment_weight": 1.0}
    return made
