"""`lastcase import KIND FILE`: facts from a file, with a report of what is wrong and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from lastcase.cli.exits import DONE, REFUSED_FILE
from lastcase.cli.options import Home, Json, Lang, OutbreakName
from lastcase.cli.texts import language, say

if TYPE_CHECKING:
    from lastcase.ops.imports.report import ImportReport

Kind = Annotated[str, Parameter(help="cli.argument.kind")]
File = Annotated[Path, Parameter(help="cli.argument.file")]
MapName = Annotated[str | None, Parameter(name="--map", help="cli.option.map")]
Namespace = Annotated[str | None, Parameter(name="--namespace", help="cli.option.namespace")]
DryRun = Annotated[bool, Parameter(name="--dry-run", negative=(), help="cli.option.dry_run")]
ValidRows = Annotated[bool, Parameter(name="--valid-rows", negative=(), help="cli.option.valid_rows")]
SHOWN = 20


def import_(
    kind: Kind,
    file: File,
    /,
    *,
    outbreak: OutbreakName,
    map_: MapName = None,
    namespace: Namespace = None,
    dry_run: DryRun = False,
    valid_rows: ValidRows = False,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> int:
    """Import one file. All of it or nothing, unless the rows without errors are asked for."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, progress

    actor = open_house(home)
    from lastcase.ops.imports.run import STEPS, import_file

    with progress(say("cli.progress.importing", file=file.name), len(STEPS) + 1) as bar:
        report = import_file(
            outbreak,
            kind,
            file,
            map_,
            by=actor,
            dry_run=dry_run,
            valid_rows=valid_rows,
            namespace=namespace,
            progress=lambda _step, n_done, _n_steps: bar.at(n_done),
            on_rows=lambda n_done, n_rows: bar.at(
                len(STEPS) - 1 + n_done / n_rows
            ),  # what is left is deriving
        )
    if json:
        print_json(as_json(report))
    else:
        print_report(report, outbreak)
    return REFUSED_FILE.code if is_refused(report, valid_rows) else DONE.code


def is_refused(report: ImportReport, valid_rows: bool) -> bool:
    """Whether errors kept the file out."""
    return bool(report.n_errors) and not valid_rows


def as_json(report: ImportReport) -> dict[str, Any]:
    """The report with every problem in words of the chosen language."""
    words = report.problem_rows(language()).to_dicts()
    return report.as_dict(limit=0) | {"problems": words}


def print_report(report: ImportReport, outbreak: str) -> None:
    from lastcase.cli.output import print_error, print_text

    refused = not report.is_loaded and bool(report.n_errors) and not report.tables
    if refused:
        print_error(say("cli.import.refused", file=report.file, n=report.n_errors))
    else:
        n_taken = report.n_rows - report.n_rows_left_out
        print_text(
            say("cli.import.dry" if report.is_dry_run else "cli.import.taken", file=report.file, n=n_taken)
        )
    if report.unused_columns:
        print_text(say("cli.import.unused", columns=", ".join(report.unused_columns)))
    _print_tables(report)
    _print_problems(report)
    if report.suggested_as_of is not None:
        _print_suggested(report, outbreak)


def _print_tables(report: ImportReport) -> None:
    from lastcase.cli.outbreak import table_name
    from lastcase.cli.output import print_table

    if report.tables:
        headings = [say(f"cli.heading.{name}") for name in ("table", "added", "changed", "same")]
        rows = [
            [table_name(t), *(n.get(k, 0) for k in ("added", "changed", "same"))]
            for t, n in report.tables.items()
        ]
        print_table("", headings, rows)


def _print_problems(report: ImportReport) -> None:
    from lastcase.cli.output import print_table

    found = report.problem_rows(language())
    if found.height:
        headings = [say(f"cli.heading.{name}") for name in ("row", "column", "value", "what", "mend")]
        rows = found.sort("severity").select("row", "column", "value", "reason", "mend").head(SHOWN).rows()
        print_table(say("cli.import.problems", n=found.height, shown=len(rows)), headings, rows)


def _print_suggested(report: ImportReport, outbreak: str) -> None:
    from lastcase.cli.moments import local_text, written
    from lastcase.cli.output import print_text
    from lastcase.ops.records import queries

    zone = queries.load_outbreak(outbreak).zone
    until = report.suggested_as_of
    if until is not None:
        print_text(say("cli.import.as_of", when=local_text(until, zone), instant=written(until, zone)))
