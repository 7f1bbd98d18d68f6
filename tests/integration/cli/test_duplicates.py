"""`lastcase duplicates`: a pair found, merged, taken back and told apart at the terminal, with its exit codes."""

from __future__ import annotations

from pathlib import Path

from tests.command import as_json, lastcase, new_home

LIST = """id,name,sex,date of birth,mobile
1,欧阳娜娜,female,2000-06-15,13800138000
2,Ouyang Nana,female,2000-06-15,13800138000
3,王芳,female,1980-01-02,13911112222
"""


def test_a_pair_is_found_merged_taken_back_and_told_apart(tmp_path: Path) -> None:
    home, people = new_home(), tmp_path / "people.csv"
    people.write_text(LIST, encoding="utf-8")
    founded = ("outbreak", "new", "here", "--disease", "covid-omicron-ba2-2022", "--edition", "cn-covid-9")
    assert lastcase(*founded, home=home).returncode == 0
    done = lastcase("import", "people", people, "--outbreak", "here", home=home)
    assert done.returncode == 0, done.stderr
    find = ("duplicates", "find", "--outbreak", "here")
    (pair,) = as_json(*find, home=home)
    assert (pair["left_id"], pair["right_id"]) == ("here:1", "here:2")
    assert pair["agrees"] == {"phone": "same", "name": "same_pinyin", "birth": "same", "sex": "same"}
    signed = ("--outbreak", "here", "--reason", "one passport")
    merge = ("duplicates", "merge", "here:2", "--into", "here:1", *signed)
    assert as_json(*merge, home=home)["is_change"] is True
    assert as_json(*merge, home=home)["is_change"] is False
    assert as_json(*find, home=home) == []
    assert as_json("duplicates", "unmerge", "here:2", *signed, home=home)["is_change"] is True
    assert len(as_json(*find, home=home)) == 1
    apart = ("duplicates", "apart", "here:1", "--from", "here:2", *signed)
    assert as_json(*apart, home=home)["is_change"] is True
    assert as_json(*find, home=home) == []
    refused = lastcase(*merge, home=home)
    assert (refused.returncode, "two persons" in refused.stderr) == (7, True)
    nobody = lastcase("duplicates", "merge", "here:9", "--into", "here:1", *signed, home=home)
    assert nobody.returncode == 3
    assert lastcase(*find, "--at-least", "7", home=home).returncode == 2
