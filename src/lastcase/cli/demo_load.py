"""Load the demo's outbreaks through the imports.

`python -m lastcase.cli.demo_load HOME LANG SIZE`. Twice is once.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lastcase.cli import exits, texts
from lastcase.cli.demo_kept import keep, read_kept
from lastcase.cli.exits import REFUSED_FILE, CommandError
from lastcase.cli.texts import say

if TYPE_CHECKING:
    from lastcase.cli.output import Bar
    from lastcase.ops.accounts.actor import Actor


@dataclass(frozen=True)
class Story:
    """One outbreak of the demo: how it is founded and which files go in, in their order (kind, map, path)."""

    name: str
    disease: str
    edition: str
    time_zone: str
    area_id: str | None
    files: tuple[tuple[str, str, str], ...]
    day0_on: date | None = None


MERS = Story(
    "mers-korea-2015",
    "mers",
    "who-mers",
    "Asia/Seoul",
    None,
    (
        ("cases", "mers_korea_2015", "mers_korea_2015/linelist.csv"),
        ("contacts", "mers_korea_2015", "mers_korea_2015/contacts.csv"),
    ),
)
EBOLA = Story(
    "ebola-sim",
    "ebola",
    "who-ebola",
    "Africa/Freetown",
    None,
    (
        ("cases", "ebola_sim", "ebola_sim/linelist.csv.gz"),
        ("contacts", "ebola_sim", "ebola_sim/contacts.csv.gz"),
    ),
)
BEIHAI = Story(
    "beihai-2022",
    "covid-omicron-ba2-2022",
    "cn-covid-9",
    "Asia/Shanghai",
    "450500",
    (
        ("areas", "beihai_2022", "boundaries/beihai_divisions.csv"),
        ("areas", "beihai_2022", "boundaries/population_2020.csv"),
        ("risk-areas", "beihai_2022", "beihai_2022/risk_area_intervals.csv"),
        ("counts", "beihai_2022", "beihai_2022/daily_counts.csv"),
        ("counts", "beihai_2022", "beihai_2022/indicators.csv"),
        ("counts", "beihai_2022", "beihai_2022/risk_area_counts.csv"),
        ("counts", "beihai_2022", "beihai_2022/stocks.csv"),
    ),
    day0_on=date(2022, 7, 25),
)
STORIES = (MERS, EBOLA, BEIHAI)
SYNTHETIC = "beihai-synthetic-"


def load_all(home: Path, actor: Actor, size: str) -> list[dict[str, Any]]:
    """Load every story and the synthetic city of the size ("none": without); a summary of each, kept in the home."""
    kept = read_kept(home, size)
    if kept is not None:
        return kept
    found = _load(actor, size)
    keep(home, size, found)
    return found


def _load(actor: Actor, size: str) -> list[dict[str, Any]]:
    from lastcase.cli.output import progress

    n_steps = sum(len(story.files) + 1 for story in STORIES)  # each file, and deriving once a story
    with progress(say("cli.progress.opening"), n_steps) as bar:
        found = [load_story(story, actor, bar) for story in STORIES]
    return found if size == "none" else [*found, load_synthetic(size, actor)]


def load_synthetic(size: str, actor: Actor) -> dict[str, Any]:
    """Make and record the synthetic city, and derive whatever its cells and people touch."""
    from lastcase.cli.output import progress
    from lastcase.ops.imports.city import load_city
    from lastcase.ops.records.refresh import derive_outbreak

    started = time.monotonic()
    with progress(say("cli.demo.making", size=size)):
        name, _ = load_city(size, by=actor)
    for each in (name, *(story.name for story in STORIES)):
        if not _is_derived(each):
            with progress(say("cli.progress.deriving", outbreak=each)):
                derive_outbreak(each)
    return _summary(name) | {"seconds": time.monotonic() - started}


def load_story(story: Story, actor: Actor, bar: Bar | None = None) -> dict[str, Any]:
    """Found the outbreak, import its files, derive once, and say what is there now; `bar` takes a step for each."""
    from lastcase.cli.output import Bar
    from lastcase.ops.records import actions
    from lastcase.ops.records.refresh import derive_outbreak

    started, bar = time.monotonic(), bar or Bar()
    actions.create_outbreak(
        story.name,
        disease=story.disease,
        edition=story.edition,
        by=actor,
        time_zone=story.time_zone,
        area_id=story.area_id,
        reason="demo",
    )
    changes = [_load_file(story, file, actor, bar) for file in story.files]
    if story.day0_on is not None:
        changes.append(_sign_day0(story, story.day0_on, actor))
    bar.say(say("cli.progress.deriving", outbreak=story.name))
    if any(changes) or not _is_derived(story.name):
        derive_outbreak(story.name)
    bar.step()
    return _summary(story.name) | {"seconds": time.monotonic() - started}


def _load_file(story: Story, file: tuple[str, str, str], actor: Actor, bar: Bar) -> bool:
    """Import one shipped file; whether it changed anything."""
    from lastcase.ops.imports.run import import_file

    kind, map_name, path = file
    shipped = resources.files("lastcase.ops.imports") / "demo" / path
    bar.say(say("cli.demo.step", outbreak=story.name, file=path))
    with resources.as_file(shipped) as there:
        report = import_file(story.name, kind, there, map_name, by=actor, derive=False)
    if not report.is_loaded:
        first = report.problem_rows(texts.language())["reason"].to_list()[:3]
        raise CommandError(
            REFUSED_FILE, "cli.demo.refused", file=path, n=report.n_errors, what=" ".join(first)
        )
    bar.step()
    return bool(report.total("added") or report.total("changed"))


def _sign_day0(story: Story, day: date, actor: Actor) -> bool:
    """Sign the demo's day 0 once, with the reason that no source states it; whether it was signed now."""
    from lastcase.ops.records import actions, queries

    if queries.load_facts(story.name)["decisions"].height:
        return False
    actions.sign_decision(
        story.name,
        "day0",
        by=actor,
        reason=f"{say('cli.demo.day0', 'en')} / {say('cli.demo.day0', 'zh')}",
        signed_at=datetime.now(UTC),
        subject="79144",
        area_id=story.area_id,
        value_on=day,
    )
    return True


def _is_derived(name: str) -> bool:
    from lastcase.ops.records.outbreaks import get_outbreak

    revision = get_outbreak(name).revision
    return bool(revision.derived_number == revision.number)


def _summary(name: str) -> dict[str, Any]:
    from lastcase.cli.brief import brief_of
    from lastcase.cli.situation import situation_of

    situation = situation_of(name, None, None)
    return brief_of(situation)


def print_summaries(found: list[dict[str, Any]]) -> None:
    """One line an outbreak, then what the demo assumed."""
    from datetime import datetime as moment

    from lastcase.cli.moments import local_text
    from lastcase.cli.output import print_table, print_text
    from lastcase.ops.records import queries

    headings = [
        say(f"cli.heading.{n}")
        for n in ("outbreak", "edition", "as_of", "cases", "contacts", "owed", "seconds")
    ]
    rows = []
    for row in found:
        when = local_text(
            moment.fromisoformat(str(row["as_of"])), queries.load_outbreak(row["outbreak"]).zone
        )
        rows.append(
            [
                row["outbreak"],
                row["edition"],
                when,
                row["cases"]["total"],
                row["contacts"]["close"],
                row["duties"]["owed"],
                f"{row['seconds']:.1f}",
            ]
        )
    print_table(say("cli.demo.title"), headings, rows)
    print_text(say("cli.demo.day0_shown"))
    if any(row["outbreak"].startswith(SYNTHETIC) for row in found):
        print_text(say("cli.demo.synthetic"))


def main(home: str, lang: str, size: str) -> int:
    """Load and print; the exit code of what went wrong."""
    from lastcase.cli.app import ended
    from lastcase.cli.house import open_house

    texts.choose("zh" if lang == "zh" else "en")

    def work() -> int:
        print_summaries(load_all(Path(home), open_house(Path(home)), size))
        return exits.DONE.code

    return ended(work)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
