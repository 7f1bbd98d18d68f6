"""The short list of candidates: so many of a case and a setting, the surest and highest dose first; nobody is lost."""

from __future__ import annotations

import polars as pl

from lastcase.core.contacts.shortlist import CAP, Caps, caps_of, count_left_out, shortlist
from lastcase.core.protocol.check import check_rules
from lastcase.core.protocol.model import ContactRule, SettingRule
from tests.spec.protocols import WORDS, edition

FOUND = ContactRule(id="found", category="close_contact", order=1, **WORDS)
OTHERS = (
    ContactRule(id="home", category="close_contact", order=1, is_automatic=True, **WORDS),
    ContactRule(id="named", category="close_contact", order=1, is_named=True, **WORDS),
    ContactRule(id="beside", category="copresent_person", order=1, **WORDS),
)

Met = tuple[str, str, str | None, str, str | None, float | None]
"""Case, person, setting, certainty, rule, dose in minutes."""


def met(*rows: Met) -> pl.DataFrame:
    columns = ("case", "person", "setting", "certainty", "rule", "dose_min")
    schema = {name: pl.Float64 if name == "dose_min" else pl.String for name in columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def listed(rows: pl.DataFrame, caps: Caps) -> list[str]:
    """Who is on the short list, or is not for it to hold."""
    return shortlist(rows, (FOUND, *OTHERS), caps).filter(pl.col("left_out").is_null())["person"].to_list()


def test_the_definite_come_before_the_possible_then_the_dose_then_the_person_decides() -> None:
    rows = met(
        ("c", "p4", "leisure", "possible", "found", 90.0),
        ("c", "p3", "leisure", "definite", "found", 20.0),
        ("c", "p2", "leisure", "definite", "found", 30.0),
        ("c", "p1", "leisure", "definite", "found", 20.0),
    )
    assert listed(rows, {"leisure": 3}) == ["p3", "p2", "p1"]
    assert listed(rows, {"leisure": 2}) == ["p2", "p1"]
    assert listed(rows, {"leisure": 1}) == ["p2"]


def test_a_cap_is_of_one_case_and_one_setting() -> None:
    rows = met(
        ("c", "p1", "leisure", "definite", "found", 20.0),
        ("d", "p2", "leisure", "definite", "found", 20.0),
        ("c", "p3", "dining", "definite", "found", 20.0),
        ("c", "p4", "market", "definite", "found", 20.0),
        ("c", "p5", None, "definite", "found", 20.0),
    )
    assert listed(rows, {"leisure": 1, "dining": 1}) == ["p1", "p2", "p3", "p4", "p5"]


def test_only_candidates_are_counted_and_left_out() -> None:
    rows = met(
        ("c", "p1", "leisure", "definite", "home", 90.0),
        ("c", "p2", "leisure", "definite", "named", None),
        ("c", "p3", "leisure", "definite", "beside", 80.0),
        ("c", "p4", "leisure", "short", None, 70.0),
        ("c", "p5", "leisure", "definite", "found", 60.0),
        ("c", "p6", "leisure", "definite", "found", 50.0),
    )
    assert listed(rows, {"leisure": 1}) == ["p1", "p2", "p3", "p4", "p5"]


def test_whoever_is_left_out_stays_in_the_rows_with_the_reason_and_is_counted() -> None:
    rows = met(*(("c", f"p{n}", "leisure", "definite", "found", float(n)) for n in range(5)))
    marked = shortlist(rows, [FOUND], {"leisure": 2})
    assert marked.drop("left_out").equals(rows)
    assert marked["left_out"].to_list() == [CAP, CAP, CAP, None, None]
    assert count_left_out(marked).rows() == [("c", "leisure", CAP, 3)]


def test_an_edition_without_caps_leaves_nobody_out() -> None:
    capped = SettingRule(id="setting.hall", settings=("leisure",), most_candidates=1, **WORDS)
    open_air = SettingRule(id="setting.open_air", settings=("community",), dose_percent=5, **WORDS)
    assert caps_of(edition(capped, open_air)) == {"leisure": 1}
    assert caps_of(edition(FOUND)) == {}
    rows = met(*(("c", f"p{n}", "leisure", "definite", "found", 1.0) for n in range(3)))
    assert len(listed(rows, {})) == 3


def test_nobody_at_home_is_capped_and_no_setting_is_ranked_twice() -> None:
    home = SettingRule(id="setting.home", settings=("household",), most_candidates=1, **WORDS)
    one = SettingRule(id="setting.one", settings=("leisure",), **WORDS)
    two = SettingRule(id="setting.two", settings=("leisure", "dining"), **WORDS)
    none = SettingRule(id="setting.none", settings=(), **WORDS)
    for rules, name in (
        ([home], "capped_home"),
        ([one, two], "setting_twice"),
        ([none], "no_setting"),
        ([one], None),
    ):
        faults = check_rules({rule.id: rule for rule in rules})
        assert [fault.what.id for fault in faults] == ([f"protocol.{name}"] if name else [])
