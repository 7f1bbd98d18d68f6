"""`lastcase protocol impact` on a real record: nothing is adopted, everything is told."""

from __future__ import annotations

from pathlib import Path

from lastcase.editions import edition_text
from tests.command import as_json, demo_home, lastcase

MERS = ("--outbreak", "mers-korea-2015")


def own_file(tmp_path: Path) -> Path:
    """MERS with a follow-up of ten days."""
    text = edition_text("who-mers").replace('id = "who-mers"', 'id = "mers-short"')
    assert "length_days = 14" in text
    path = tmp_path / "short.toml"
    path.write_text(text.replace("length_days = 14", "length_days = 10"), encoding="utf-8")
    return path


def test_a_shorter_follow_up_moves_ends_and_says_why(tmp_path: Path) -> None:
    told = as_json(
        "protocol", "impact", own_file(tmp_path), *MERS, "--effective", "2015-06-05", home=demo_home()
    )
    assert told["edition"] == "mers-short"
    moved = [row for row in told["persons"] if row["change"] in ("moved", "released")]
    assert moved
    assert all(-4 <= row["days_moved"] < 0 for row in moved if row["change"] == "moved")
    assert told["totals"]["n_moved"] + told["totals"]["n_released"] > 0
    reasons = [reason for reason in moved[0]["because"] if "14 days → 10 days" in reason["text"]]
    assert any(rule.startswith("mers-short:") for reason in reasons for rule in reason["rules"])
    shown = as_json("outbreak", "show", "mers-korea-2015", home=demo_home())
    assert [one["edition"] for one in shown["editions"]] == ["who-mers"]


def test_it_is_told_in_words_in_both_languages(tmp_path: Path) -> None:
    asked = ("protocol", "impact", own_file(tmp_path), *MERS, "--effective", "2015-06-05")
    english, chinese = (lastcase(*asked, "--lang", lang, home=demo_home()) for lang in ("en", "zh"))
    assert "Nothing is adopted" in english.stdout
    assert "此处并未采用" in chinese.stdout


def test_an_edition_that_is_none_is_not_found() -> None:
    done = lastcase("protocol", "impact", "cn-covid-7", *MERS, home=demo_home())
    assert done.returncode == 3
    assert "cn-covid-7" in done.stderr
