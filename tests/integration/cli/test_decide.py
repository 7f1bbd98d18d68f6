"""`lastcase decide day0`: signed, kept in order, and what the targets are counted from."""

from __future__ import annotations

from tests.command import as_json, lastcase, new_home


def test_the_last_day_0_signed_stands_and_all_are_kept() -> None:
    home = new_home()
    founded = ("outbreak", "new", "here", "--disease", "covid-omicron-ba2-2022", "--edition", "cn-covid-9")
    assert lastcase(*founded, home=home).returncode == 0
    decide = ("decide", "day0", "--outbreak", "here", "--reason")
    as_json(*decide, "First case", "2022-07-17", home=home)
    rows = as_json(*decide, "Peak passed", "2022-07-25", home=home)
    assert [(row["day0_on"], row["reason"]) for row in rows] == [
        ("2022-07-17", "First case"),
        ("2022-07-25", "Peak passed"),
    ]
    assert rows[1]["signed_by"] == "command line (Operator)"
    targets = as_json("targets", "--outbreak", "here", "--set", "79144", home=home)
    assert {target["due_on"] for target in targets} >= {"2022-08-08"}
    again = lastcase(*decide, "Peak passed", "2022-07-25", home=home)
    assert (again.returncode, "stands already" in again.stderr) == (7, True)
    unknown = lastcase(*decide, "r", "2022-07-26", "--set", "nothing", home=home)
    assert unknown.returncode == 7
    assert lastcase(*decide, "r", "soon", home=home).returncode == 2
