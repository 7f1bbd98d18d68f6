"""The command itself: its errors in the user's language with their exit codes, its help, a second run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lastcase.cli import texts
from lastcase.cli.app import run
from lastcase.cli.commands import COMMANDS
from lastcase.cli.exits import EXITS
from tests.command import as_json, demo_home, environment, lastcase, new_home

WRONG_USES = {
    ("brief",): "--outbreak",
    ("brief", "--outbreak"): "--outbreak",
    ("brief", "--outbreak", "x", "--colour"): "--colour",
    ("protocol", "list", "more"): "more",
    ("serve", "--port", "many"): "many",
    ("nothing",): "nothing",
}


@pytest.mark.parametrize(("words", "named"), WRONG_USES.items())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_wrong_use_ends_with_2_and_names_the_word(
    words: tuple[str, ...], named: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--lang", lang] if words != ("brief", "--outbreak") else [*words]) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert named in told


def test_wrong_use_is_told_in_the_language_of_the_environment() -> None:
    done = lastcase("brief", LASTCASE_LANG="zh")
    assert (done.returncode, done.stdout) == (2, "")
    assert "缺少 --outbreak" in done.stderr


def test_an_instant_that_is_none_is_wrong_use() -> None:
    done = lastcase("brief", "--outbreak", "mers-korea-2015", "--as-of", "soon", home=demo_home())
    assert (done.returncode, "soon" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ("brief", "--outbreak", "nowhere"),
        ("duties", "--outbreak", "mers-korea-2015", "--person", "nobody"),
        ("targets", "--outbreak", "mers-korea-2015", "--set", "79144"),
        ("outbreak", "new", "x", "--disease", "nothing", "--edition", "who-mers"),
        ("outbreak", "new", "x", "--disease", "mers", "--edition", "nothing"),
        ("import", "cases", "missing.csv", "--outbreak", "mers-korea-2015", "--map", "no-such-map"),
        ("protocol", "show", "nothing"),
    ],
)
def test_what_is_not_there_ends_with_3(words: tuple[str, ...]) -> None:
    done = lastcase(*words, home=demo_home())
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""


def test_a_refused_file_ends_with_4_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("case id,status,date of onset\nX-1,confirmed,2015-13-45\nX-2,perhaps,2015-06-01\n")
    before = as_json("outbreak", "show", "mers-korea-2015", home=demo_home())
    done = lastcase("import", "cases", file, "--outbreak", "mers-korea-2015", home=demo_home())
    assert done.returncode == 4
    assert "2015-13-45" in done.stdout
    assert as_json("outbreak", "show", "mers-korea-2015", home=demo_home()) == before


def test_a_bad_edition_ends_with_5_and_names_line_and_field(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('id = "bad"\ndisease = "mers"\neffective_on = "soon"\n')
    done = lastcase("protocol", "check", file)
    assert done.returncode == 5
    assert "bad.toml" in done.stderr
    assert "effective_on" in done.stderr


def test_a_database_out_of_reach_ends_with_6(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    done = lastcase("outbreak", "list", home=tmp_path, DATABASE_URL=url)
    assert done.returncode == 6, done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_is_taken_ends_with_7() -> None:
    words = ("outbreak", "new", "mers-korea-2015", "--disease", "ebola", "--edition", "who-ebola")
    assert lastcase(*words, home=demo_home()).returncode == 7


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_its_example(
    name: str, lang: texts.Language, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*name.split(), "--help", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert f"lastcase {name}" in shown.partition("xample:" if lang == "en" else "示例：")[2]
    assert ("用法" in shown) is (lang == "zh")


def test_help_loads_none_of_the_heavy_floors() -> None:
    heavy = (
        "django",
        "polars",
        "numpy",
        "psycopg",
        "lastcase.ops",
        "lastcase.engines",
        "lastcase.core.facts",
    )
    code = (
        "import sys\nfrom lastcase.cli.app import run\nrun(['--help'])\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(None), capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_exit_codes_are_told_apart() -> None:
    assert len({one.code for one in EXITS}) == len(EXITS) == len({one.name for one in EXITS})


def test_a_second_demo_changes_nothing() -> None:
    names = ("mers-korea-2015", "ebola-sim", "beihai-2022")
    before = [as_json("outbreak", "show", name, home=demo_home()) for name in names]
    assert lastcase("demo", "--no-serve", home=demo_home()).returncode == 0
    assert [as_json("outbreak", "show", name, home=demo_home()) for name in names] == before


def test_check_finds_no_drift_after_the_demo() -> None:
    found = as_json("check", home=demo_home())
    outbreaks = ("mers-korea-2015", "ebola-sim", "beihai-2022", "beihai-synthetic-small")
    assert found["drift"] == {name: {} for name in outbreaks}


def test_check_reports_drift_with_9() -> None:
    import psycopg

    from lastcase.engines.postgres import ensure_running

    home = demo_home()
    change = (
        "UPDATE answer_duties SET due_at = due_at + interval '1 day' "
        "WHERE outbreak_id = (SELECT id FROM records_outbreak WHERE name = 'mers-korea-2015')"
    )
    with psycopg.connect(ensure_running(home).dsn()) as connection:
        connection.execute(change)
    done = lastcase("check", home=home)
    assert done.returncode == 9
    assert "duties" in done.stderr
    assert lastcase("derive", "--outbreak", "mers-korea-2015", home=home).returncode == 0
    assert lastcase("check", home=home).returncode == 0


def test_stop_ends_the_server_and_says_when_none_runs() -> None:
    home = new_home()
    assert lastcase("init", home=home).returncode == 0
    assert "Stopped" in lastcase("stop", home=home).stdout
    assert "No server" in lastcase("stop", home=home).stdout
