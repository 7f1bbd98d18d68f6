"""Reports: in words of both languages, and safe to open."""

from __future__ import annotations

import io
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from lastcase.editions.messages import render
from lastcase.ops.imports.errors import ImportRefused
from lastcase.ops.imports.read import read_table
from lastcase.ops.imports.report import ImportReport, as_csv, as_xlsx
from tests.unit.imports.test_convert import run
from tests.unit.imports.test_read import HOSTILE

PACKAGE, LAKE = (Path(str(files(f"lastcase.ops.{name}"))) for name in ("imports", "lake"))
CATALOGUE = tomllib.loads(
    (files("lastcase.editions") / "messages" / "imports.toml").read_text(encoding="utf-8")
)


def report() -> ImportReport:
    got = run("case_id,status,onset\n1,confirmed,=HYPERLINK(1)\n2,@x,2022-07-01\n", "cases")
    return ImportReport("t.csv", "cases", "automatic", "o", 2, False, False, problems=got.problems)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_problems_are_told_in_words_and_never_as_formulas(lang: str):
    shown = report().problem_rows(lang)
    assert shown["row"].to_list() == [2, 3]
    assert all(shown["reason"].str.contains("HYPERLINK|@x"))
    csv = pl.read_csv(io.BytesIO(as_csv(report(), lang)))
    assert csv["value"].to_list() == ["'=HYPERLINK(1)", "'@x"]
    book = read_table(as_xlsx(report(), lang), "problems.xlsx")
    assert book.frame["value"].to_list() == ["'=HYPERLINK(1)", "'@x"]


def test_a_report_is_plain_data_with_its_totals():
    data = report().as_dict(limit=1)
    assert (data["n_errors"], data["n_problems"], len(data["problems"])) == (2, 2, 1)
    assert data["problems"][0]["mend_id"] == data["problems"][0]["message_id"] + ".mend"


@pytest.mark.parametrize("case", HOSTILE)
def test_every_refusal_is_worded(case: str):
    data, name, _ = HOSTILE[case]
    with pytest.raises(ImportRefused) as refused:
        read_table(data, name)
    for lang in ("en", "zh"):
        assert name in render(refused.value.message_id, refused.value.params, lang)
        assert render(refused.value.mend_id, refused.value.params, lang)


def test_every_message_the_code_names_stands_in_the_catalogue_and_none_else():
    source = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    refused = {f"imports.refused.{name}" for name in re.findall(r'ImportRefused\(\s*"(\w+)"', source)}
    refused |= {"imports.refused.password", "imports.refused.old_excel"}
    told = {f"imports.{name}" for name in re.findall(r'"((?:row|file)\.\w+)"', source)}
    told |= {f"imports.row.{name}" for name in re.findall(r'pl\.lit\("(\w+_\w+|missing)"\)', source)}
    told |= {
        f"imports.row.{name}" for name in re.findall(r'\("\w+_(?:on|at)", "\w+_(?:on|at)", "(\w+)"\)', source)
    }
    told |= {f"imports.row.{name}" for name in re.findall(r'_with_problem\(.*\), "(\w+)"\)', source)}
    told |= {f"imports.row.possible_twin_{mark}" for mark in ("document", "telephone", "name")}
    told |= {f"imports.row.{name}" for name in re.findall(r'f"row\.(\w+)"', source)}
    of_lake = "\n".join(path.read_text() for path in LAKE.glob("*.py"))
    told |= {f"imports.{name}" for name in re.findall(r'"(?:imports\.)?(row\.\w+)"', of_lake)}
    refused |= {f"imports.refused.{name}" for name in re.findall(r'ImportRefused\(\s*"(\w+)"', of_lake)}
    named = refused | told
    assert {name for name in CATALOGUE if not name.endswith(".mend")} == named
    assert all(f"{name}.mend" in CATALOGUE for name in named)


def test_both_languages_ask_for_the_same_parameters():
    for name, entry in CATALOGUE.items():
        holes = [set(re.findall(r"\{(\w+)\}", entry[lang])) - {"name_en", "name_zh"} for lang in ("en", "zh")]
        assert holes[0] == holes[1], name
