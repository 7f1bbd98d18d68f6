"""`lastcase contacts`: whom cases met in their infectious windows, where they were, and what places they share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lastcase.cli.exits import WRONG_USE, CommandError
from lastcase.cli.options import AsOf, Home, Json, Lang, OutbreakName
from lastcase.cli.texts import say

if TYPE_CHECKING:
    import polars as pl

Case = Annotated[list[str] | None, Parameter(name="--case", help="cli.option.case", negative=())]
Cases = Annotated[Path | None, Parameter(name="--cases", help="cli.option.cases")]
Rings = Annotated[int, Parameter(name="--rings", help="cli.option.rings")]
Engine = Annotated[Literal["index", "sql", "spark"], Parameter(name="--engine", help="cli.option.engine")]
Out = Annotated[Path | None, Parameter(name="--out", help="cli.option.out")]
Unmask = Annotated[str | None, Parameter(name="--unmask", help="cli.option.unmask")]
Places = Annotated[bool, Parameter(name="--places", help="cli.option.places", negative=())]
Threads = Annotated[int, Parameter(name="--threads", help="cli.option.threads")]
Incubation = Annotated[str | None, Parameter(name="--incubation", help="cli.option.incubation")]
SHOWN = 20
COLUMNS = (
    "ring",
    "who",
    "source",
    "category",
    "certainty",
    "first_at",
    "last_at",
    "minutes_least",
    "dose_min",
    "n_meetings",
    "place_id",
)

MET_COLUMNS = (
    "place_id",
    "name",
    "unit",
    "n_cases",
    "n_definite",
    "n_possible",
    "n_no_unit",
    "dose_min",
    "most_dose_min",
    "first_at",
    "last_at",
)


def find(
    *,
    outbreak: OutbreakName,
    case: Case = None,
    cases: Cases = None,
    rings: Rings = 1,
    engine: Engine = "index",
    out: Out = None,
    unmask: Unmask = None,
    places: Places = False,
    as_of: AsOf = None,
    threads: Threads = 1,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List everybody whom the cases met, the surest and highest dose first, by pseudonym unless a purpose is given."""
    from lastcase.cli.house import open_house
    from lastcase.cli.output import print_json, print_text, progress

    persons = _asked(case, cases)
    if not 1 <= rings <= 5:
        raise CommandError(WRONG_USE, "cli.error.rings", value=rings)
    actor = open_house(home)
    from lastcase.cli.moments import parse_instant
    from lastcase.ops.lake import find as search
    from lastcase.ops.lake.places import find_met_places
    from lastcase.ops.records.queries import load_outbreak

    zone = load_outbreak(outbreak).zone
    instant = None if as_of is None else parse_instant(as_of, zone)
    with progress(say("cli.progress.searching", n=len(persons))):
        found = search.find_contacts(
            outbreak, persons, by=actor, n_rings=rings, engine=engine, as_of=instant, n_threads=threads
        )
        contacts = found.contacts
        if unmask is not None:
            contacts = contacts.with_columns(person_id=search.unmask(found, purpose=unmask, by=actor))
        met = find_met_places(found) if places else None
    if out is not None:
        _write(contacts, out)
    if json:
        more = {"left_out": found.left_out.to_dicts()}
        if met is not None:
            more["places"] = met.to_dicts()
        print_json({"edition": found.edition.id, "contacts": contacts.to_dicts(), **more})
        return
    if out is not None:
        print_text(say("cli.contacts.written", n=contacts.height, file=out.name))
    _print(contacts, str(zone))
    if met is not None:
        _tell(met, MET_COLUMNS, None, False, str(zone), "cli.contacts.met_places")


def places(
    *,
    outbreak: OutbreakName,
    case: Case = None,
    cases: Cases = None,
    out: Out = None,
    as_of: AsOf = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List where the cases were infectious, and when: no person and no home, fit to be published."""
    from lastcase.cli.house import open_house

    persons = _asked(case, cases)
    actor = open_house(home)
    from lastcase.cli.moments import parse_instant
    from lastcase.ops.lake.places import find_place_times
    from lastcase.ops.records.queries import load_outbreak

    zone = load_outbreak(outbreak).zone
    instant = None if as_of is None else parse_instant(as_of, zone)
    found = find_place_times(outbreak, persons, by=actor, as_of=instant)
    _tell(
        found, ("place_id", "name", "unit", "start_at", "end_at"), out, json, str(zone), "cli.contacts.places"
    )


def shared(
    *,
    outbreak: OutbreakName,
    case: Case = None,
    cases: Cases = None,
    incubation: Incubation = None,
    out: Out = None,
    json: Json = False,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """List places where several of the cases were when they were probably infected, the most shared first."""
    from lastcase.cli.house import open_house

    persons, between = _asked(case, cases), _days(incubation)
    actor = open_house(home)
    from lastcase.ops.lake.places import find_shared_places
    from lastcase.ops.records.queries import load_outbreak

    zone = load_outbreak(outbreak).zone
    found = find_shared_places(outbreak, persons, by=actor, incubation_days=between)
    columns = ("place_id", "name", "setting", "n_cases", "n_visits", "first_at", "last_at")
    _tell(found, columns, out, json, str(zone), "cli.contacts.shared")


def _asked(case: list[str] | None, cases: Path | None) -> list[str]:
    persons = [*(case or ()), *_listed(cases)]
    if not persons:
        raise CommandError(WRONG_USE, "cli.error.no_case")
    return persons


def _days(text: str | None) -> tuple[float, float] | None:
    """Days between which the incubation period lies, from "2-14"."""
    if text is None:
        return None
    low, _, high = text.partition("-")
    try:
        days = float(low), float(high)
    except ValueError:
        raise CommandError(WRONG_USE, "cli.error.incubation", value=text) from None
    if not 0 <= days[0] < days[1]:
        raise CommandError(WRONG_USE, "cli.error.incubation", value=text)
    return days


def _tell(
    found: pl.DataFrame, columns: tuple[str, ...], out: Path | None, json: bool, zone: str, title: str
) -> None:
    """The rows to a file, as JSON, or the first of them as a table."""
    import polars as pl

    from lastcase.cli.output import print_json, print_table, print_text

    if out is not None:
        _write(found, out)
    if json:
        print_json(found.to_dicts())
        return
    if out is not None:
        print_text(say("cli.contacts.written", n=found.height, file=out.name))
    local = pl.col(pl.Datetime).dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")
    shown = found.with_columns(local, pl.col(pl.Float64).round(1)).head(SHOWN).select(columns)
    headings = [say(f"cli.heading.{name}") for name in columns]
    print_table(say(title, n=found.height, shown=shown.height, zone=zone), headings, shown.rows())


def _listed(path: Path | None) -> list[str]:
    """The persons of a file: the column person_id, or the only one."""
    if path is None:
        return []
    from lastcase.ops.imports.read import read_table

    table = read_table(path)
    headings = table.headings
    if "person_id" not in headings and len(headings) != 1:
        raise CommandError(WRONG_USE, "cli.error.cases_column", file=path.name, found=", ".join(headings))
    column = "person_id" if "person_id" in headings else headings[0]
    return table.frame[column].drop_nulls().unique(maintain_order=True).to_list()


def _write(contacts: pl.DataFrame, path: Path) -> None:
    """The whole answer as CSV, XLSX or Parquet, by the ending of the file; times are UTC."""
    import polars as pl

    ending = path.suffix.lower()
    if ending == ".csv":
        contacts.write_csv(path)
    elif ending == ".parquet":
        contacts.write_parquet(path)
    elif ending == ".xlsx":
        contacts.with_columns(pl.col(pl.Datetime).dt.replace_time_zone(None)).write_excel(path)
    else:
        raise CommandError(WRONG_USE, "cli.error.out", file=path.name, known=".csv, .parquet, .xlsx")


def _print(contacts: pl.DataFrame, zone: str) -> None:
    import polars as pl

    from lastcase.cli.output import print_table, print_text

    counts = contacts.group_by("ring", "source", "certainty").len().sort("ring", "source", "certainty")
    for ring, source, certainty, n in counts.rows():
        how, surely = say(f"cli.source.{source}"), say(f"cli.certainty.{certainty}")
        print_text(say("cli.contacts.count", ring=ring, n=n, source=how, certainty=surely))
    _print_left_out(contacts)
    if contacts.is_empty():
        return
    who = "person_id" if "person_id" in contacts.columns else "pseudonym"
    local = pl.col("first_at", "last_at").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d %H:%M")
    listed = contacts.with_columns(local, who=pl.col(who))
    shown = listed.filter(pl.col("left_out").is_null()).head(SHOWN).select(COLUMNS)
    said = shown.with_columns(
        pl.col("certainty").replace_strict(
            {c: say(f"cli.certainty.{c}") for c in shown["certainty"].unique()}
        ),
        pl.col("minutes_least", "dose_min").round(1),
    )
    headings = [say(f"cli.heading.{name}") for name in COLUMNS]
    print_table(
        say("cli.contacts.title", n=contacts.height, shown=said.height, zone=zone), headings, said.rows()
    )


def _print_left_out(contacts: pl.DataFrame) -> None:
    """How many candidates are not on the short list, by ring and setting: nobody is left out unsaid."""
    import polars as pl

    from lastcase.cli.brief import code_name
    from lastcase.cli.output import print_text

    left = contacts.filter(pl.col("left_out").is_not_null()).group_by("ring", "setting")
    for ring, setting, n in left.len().sort("ring", "setting").rows():
        where = code_name("setting", setting)
        print_text(say("cli.contacts.left_out", ring=ring, n=n, setting=where))
