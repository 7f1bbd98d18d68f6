"""The contact search as one SQL text: what `core.contacts.search` defines, for any engine that reads SQL.

Written in DuckDB's dialect and transpiled where another is spoken. It reads `visits` (columns of `segment.SCHEMA`),
`spots`, `qualities` and `windows` (`sql_tables`) and uses nothing on which engines differ: whole numbers, no
timestamp, no hash, no division.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlglot

from lastcase.core.contacts.dose import ALIKE, PLAIN, Percents
from lastcase.engines.lake.sql_tables import ANY_SETTING, OPEN_S, PAIRS, RING, Answer, TimedRule
from lastcase.engines.lake.view import SETTING_BITS

BUCKET_BITS = 14
"""Visits meet within buckets of 2 to the power of so many seconds (4.6 hours), so that a place where a whole city
goes is no single piece of work."""

PAIR = "case_person, person"

Part = tuple[str, str]
"""A named step of the text: its name and the query that makes it."""

KEPT = ("theirs", "counted")
"""Steps that several others read: the stays of those searched for, and the meetings with their time counted."""


def search_text(
    answer: Answer,
    rules: Sequence[TimedRule],
    *,
    air_s: int,
    n_windows: int,
    percents: Percents = ALIKE,
    bucket_bits: int | None = BUCKET_BITS,
    dialect: str = "duckdb",
) -> str:
    """The text that answers with `sql_tables.PAIRS` (sorted by the pair) or `RING` (sorted by person).

    `air_s`: seconds that the air of a place stays shared after a case has left. `n_windows`: the most windows
    that one person has. `percents`: what a minute counts for in the dose. `bucket_bits`: see `BUCKET_BITS`;
    without it places are joined whole.
    """
    parts = _parts(answer, rules, air_s, n_windows, percents, bucket_bits)
    return _in_dialect(_with(parts, _answer(answer)), dialect)


def search_texts(
    answer: Answer,
    rules: Sequence[TimedRule],
    *,
    air_s: int,
    n_windows: int,
    percents: Percents = ALIKE,
    bucket_bits: int | None = BUCKET_BITS,
    dialect: str = "duckdb",
) -> list[Part]:
    """The same text in pieces, for an engine that would work out a step as often as it is named: each of `KEPT` is
    to be kept as a table of its name for those that follow; the last piece, named as the answer, is the answer."""
    pieces: list[Part] = []
    since: list[Part] = []
    for name, body in _parts(answer, rules, air_s, n_windows, percents, bucket_bits):
        since.append((name, body))
        if name in KEPT:
            pieces.append((name, _in_dialect(_with(since, f"SELECT * FROM {name}"), dialect)))
            since = []
    return [*pieces, (answer, _in_dialect(_with(since, _answer(answer)), dialect))]


def _parts(
    answer: Answer,
    rules: Sequence[TimedRule],
    air_s: int,
    n_windows: int,
    percents: Percents,
    bucket_bits: int | None,
) -> list[Part]:
    has_rows = any(rule.most_rows is not None for rule in rules)
    return [
        *_searched(n_windows),
        *_stays(air_s, n_windows, has_rows),
        *_meetings(n_windows, bucket_bits, has_rows),
        *_counted(has_rows),
        *_cumulated(rules),
        *_judged(rules),
        *_pairs(percents),
        *(_ring() if answer == "ring" else ()),
    ]


def _with(parts: Sequence[Part], answer: str) -> str:
    named = ",\n".join(f"{name} AS ({body.strip()})" for name, body in parts)
    return f"WITH {named}\n{answer.strip()}"


def _in_dialect(text: str, dialect: str) -> str:
    return text if dialect == "duckdb" else sqlglot.transpile(text, read="duckdb", write=dialect)[0]


def _searched(n_windows: int) -> list[Part]:
    """One row a person searched for: all windows side by side, so that choosing one needs no further join."""
    columns = "".join(
        f""",
          MAX(CASE WHEN nth = {n} THEN from_s END) AS from_{n},
          MAX(CASE WHEN nth = {n} THEN COALESCE(until_s, {OPEN_S}) END) AS until_{n},
          MAX(CASE WHEN nth = {n} THEN settings END) AS settings_{n}"""
        for n in range(n_windows)
    )
    numbered = """
        SELECT *, ROW_NUMBER() OVER (PARTITION BY person ORDER BY preference) - 1 AS nth FROM windows"""
    searched = f"""
        SELECT
          person AS case_person,
          MIN(from_s) AS opens_s,
          MAX(COALESCE(until_s, {OPEN_S})) AS closes_s{columns}
        FROM numbered
        GROUP BY person"""
    return [("numbered", numbered), ("searched", searched)]


def _windows(alias: str, n_windows: int) -> str:
    return ", ".join(f"{alias}from_{n}, {alias}until_{n}, {alias}settings_{n}" for n in range(n_windows))


def _stays(air_s: int, n_windows: int, has_rows: bool) -> list[Part]:
    """Stays of the persons searched for with the air after them, and everybody's visits at the same places."""
    row = ", s.seat_row" if has_rows else ""
    theirs = f"""
        SELECT
          v.person AS case_person, s.place, s.part{row}, s.setting,
          v.start_s, v.end_s + {air_s} AS end_s, q.slack_s, {_windows("w.", n_windows)}
        FROM visits AS v
        JOIN searched AS w ON v.person = w.case_person
        JOIN spots AS s ON v.spot = s.spot
        JOIN qualities AS q ON v.quality = q.quality
        WHERE v.start_s < w.closes_s AND v.end_s + {air_s} >= w.opens_s"""
    others = f"""
        SELECT v.person, s.place, s.part{row}, v.start_s, v.end_s, q.slack_s
        FROM visits AS v
        JOIN spots AS s ON v.spot = s.spot
        JOIN qualities AS q ON v.quality = q.quality
        WHERE s.place IN (SELECT place FROM theirs)"""
    return [("theirs", theirs), ("others", others)]


def _meetings(n_windows: int, bucket_bits: int | None, has_rows: bool) -> list[Part]:
    """Every overlap that fits a window, cut to the preferred one of those that it fits."""
    return [
        *_met(n_windows, bucket_bits, has_rows),
        ("fitted", f"SELECT *, {_chosen(n_windows)} AS chosen FROM met"),
        ("clipped", _clipped(n_windows, has_rows)),
    ]


def _met(n_windows: int, bucket_bits: int | None, has_rows: bool) -> list[Part]:
    """Overlaps. In buckets two visits meet once for each that both touch: that of the overlap's start counts."""
    spread: list[Part] = []
    theirs, others, same_bucket = "theirs", "others", ""
    if bucket_bits is not None:
        buckets = f"UNNEST(RANGE(start_s >> {bucket_bits}, (end_s >> {bucket_bits}) + 1)) AS bucket"
        spread = [(f"{side}_spread", f"SELECT *, {buckets} FROM {side}") for side in ("theirs", "others")]
        theirs, others = "theirs_spread", "others_spread"
        same_bucket = (
            f"AND o.bucket = t.bucket AND t.bucket = GREATEST(o.start_s, t.start_s) >> {bucket_bits}"
        )
    apart = ", ABS(o.seat_row - t.seat_row) AS rows_apart" if has_rows else ""
    met = f"""
        SELECT
          t.case_person, o.person, t.place, t.setting{apart},
          GREATEST(o.start_s, t.start_s) AS start_s,
          LEAST(o.end_s, t.end_s) AS end_s,
          o.slack_s + t.slack_s AS slack_s,
          {_windows("t.", n_windows)}
        FROM {theirs} AS t
        JOIN {others} AS o
          ON o.place = t.place {same_bucket}
          AND o.start_s < t.end_s AND o.end_s > t.start_s AND o.person <> t.case_person
          AND (o.part = t.part OR o.part IS NULL OR t.part IS NULL)"""
    return [*spread, ("met", met)]


def _chosen(n_windows: int) -> str:
    """The place of the first window that a meeting fits, null where it fits none."""
    fits = " ".join(
        f"""
          WHEN start_s < until_{n}
          AND (end_s > from_{n} OR (end_s = from_{n} AND start_s = end_s))
          AND (settings_{n} = {ANY_SETTING}
               OR COALESCE(((settings_{n} >> CAST(setting AS INT)) & 1) = 1, FALSE)) THEN {n}"""
        for n in range(n_windows)
    )
    return f"CASE {fits} END"


def _clipped(n_windows: int, has_rows: bool) -> str:
    """Meetings inside their window. What is cut off is taken from the minutes after the slack was."""

    def of_chosen(column: str) -> str:
        return f"CASE chosen {' '.join(f'WHEN {n} THEN {column}_{n}' for n in range(n_windows))} END"

    apart = ", rows_apart" if has_rows else ""
    return f"""
        SELECT
          case_person, person, place, setting{apart}, slack_s, start_s, end_s,
          GREATEST(GREATEST(whole_s - slack_s, 0) - (whole_s - (end_s - start_s)), 0) AS least_s,
          GREATEST(whole_s + slack_s - (whole_s - (end_s - start_s)), 0) AS most_s
        FROM (
          SELECT
            case_person, person, place, setting{apart}, slack_s, end_s - start_s AS whole_s,
            GREATEST(start_s, {of_chosen("from")}) AS start_s,
            LEAST(end_s, {of_chosen("until")}) AS end_s
          FROM fitted
          WHERE chosen IS NOT NULL
        ) AS cut"""


def _counted(has_rows: bool) -> list[Part]:
    """Time together counted once, as `together.counted_once`. Of meetings alike in start, end and slack the one at
    the lower place goes first, of these the one in the nearer row. By the most, what is fresh is the same: of meetings
    of one start and end one alone is fresh, and whichever it is has all of it."""
    lined = f"""
        SELECT
          *,
          COUNT(*) OVER (PARTITION BY {PAIR}) AS n_of_pair,
          {_earlier(has_rows)}
        FROM clipped"""
    return [("lined", lined), ("fresh", _fresh("lined")), ("counted", _once("fresh"))]


def _earlier(has_rows: bool) -> str:
    nearer = ", COALESCE(rows_apart, -1)" if has_rows else ""
    return f"""MAX(end_s) OVER (
            PARTITION BY {PAIR} ORDER BY start_s, end_s DESC, most_s, place{nearer}
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS earlier_s"""


def _fresh(lined: str) -> str:
    return f"""
        SELECT *, GREATEST(end_s - fresh_start_s, 0) AS fresh_s
        FROM (SELECT *, GREATEST(start_s, COALESCE(earlier_s, start_s)) AS fresh_start_s FROM {lined}) AS begun"""


def _once(fresh: str) -> str:
    return f"""
        SELECT *, LEAST(least_s, fresh_s) AS counted_least_s,
          CASE WHEN fresh_s > 0 THEN fresh_s + most_s - (end_s - start_s) ELSE 0 END AS counted_most_s
        FROM {fresh}"""


def _periods(rules: Sequence[TimedRule]) -> dict[int | None, list[int]]:
    """Lengths of the periods in which seconds are cumulated, by how many rows apart what adds to them may be."""
    asked = {(r.most_rows, r.cumulating_s) for r in rules if r.cumulating_s > 0 and r.min_s is not None}
    lengths: dict[int | None, list[int]] = {}
    for rows, length in sorted(asked, key=lambda one: (-1 if one[0] is None else one[0], one[1])):
        lengths.setdefault(rows, []).append(length)
    return lengths


def _near(rows: int | None) -> str:
    """What is put behind the names of steps and columns of meetings so many rows apart at the most (null: any)."""
    return "" if rows is None else f"_{rows}_rows"


def _cumulated(rules: Sequence[TimedRule]) -> list[Part]:
    """For each length of period the most seconds within any that holds a meeting and starts with one; where a rule
    asks for near rows, of the meetings in these as if there were no others.

    Most pairs met once; only the others are joined with themselves.
    """
    periods = _periods(rules)
    columns = "".join(
        f""",
          COALESCE(h{_near(rows)}.{side}_in_{length}_s, LEAST(c.counted_{side}_s, {length}))
            AS {side}_in_{length}_s{_near(rows)}"""
        for rows, lengths in periods.items()
        for length in lengths
        for side in ("least", "most")
    )
    joined = "".join(
        f"""
        LEFT JOIN held{_near(rows)} AS h{_near(rows)}
          ON {_same_pair("c", f"h{_near(rows)}")} AND c.start_s = h{_near(rows)}.start_s"""
        for rows in periods
    )
    parts = [part for rows, lengths in periods.items() for part in _held_within(rows, lengths)]
    return [*parts, ("summed", f"SELECT c.*{columns} FROM counted AS c{joined}")]


def _held_within(rows: int | None, lengths: Sequence[int]) -> list[Part]:
    """What leads to `held`, of meetings so many rows apart at the most (null: any)."""
    if rows is None:
        return [*_periods_of_pairs(lengths, "counted", ""), ("held", _held(lengths, ""))]
    near = _near(rows)
    plain = "case_person, person, place, start_s, end_s, least_s, most_s, rows_apart, n_of_pair"
    lined = f"""
        SELECT {plain}, {_earlier(True)}
        FROM counted WHERE n_of_pair > 1 AND COALESCE(rows_apart <= {rows}, TRUE)"""
    return [
        (f"lined{near}", lined),
        (f"fresh{near}", _fresh(f"lined{near}")),
        (f"counted{near}", _once(f"fresh{near}")),
        *_periods_of_pairs(lengths, f"counted{near}", near),
        (f"held{near}", _held(lengths, near)),
    ]


def _same_pair(left: str, right: str) -> str:
    return f"{left}.case_person = {right}.case_person AND {left}.person = {right}.person"


def _periods_of_pairs(lengths: Sequence[int], counted: str, near: str) -> list[Part]:
    """Periods that start with a meeting of the step `counted`, and the seconds together in each; what runs over its end
    counts up to it."""
    often = f"""
        SELECT {PAIR}, start_s, fresh_start_s, counted_least_s, counted_most_s
        FROM {counted} WHERE n_of_pair > 1"""
    starts = f"SELECT DISTINCT {PAIR}, start_s FROM often{near}"
    listed = " UNION ALL ".join(f"SELECT CAST({length} AS BIGINT) AS length_s" for length in lengths)
    periods = f"""
        SELECT {PAIR}, start_s AS opens_s, start_s + length_s AS closes_s, length_s
        FROM starts{near} CROSS JOIN ({listed}) AS lengths"""
    left = "GREATEST(p.closes_s - m.fresh_start_s, 0)"
    totals = f"""
        SELECT
          p.case_person, p.person, p.opens_s, p.closes_s, p.length_s,
          SUM(LEAST(m.counted_least_s, {left})) AS least_s,
          SUM(LEAST(m.counted_most_s, {left})) AS most_s
        FROM periods{near} AS p
        JOIN often{near} AS m ON {_same_pair("m", "p")} AND m.start_s >= p.opens_s AND m.start_s < p.closes_s
        GROUP BY p.case_person, p.person, p.opens_s, p.closes_s, p.length_s"""
    steps = {"often": often, "starts": starts, "periods": periods, "totals": totals}
    return [(f"{name}{near}", body) for name, body in steps.items()]


def _held(lengths: Sequence[int], near: str) -> str:
    """By start of a meeting, the most of the periods of each length that hold it."""
    columns = "".join(
        f""",
          MAX(CASE WHEN p.length_s = {length} THEN p.{side}_s END) AS {side}_in_{length}_s"""
        for length in lengths
        for side in ("least", "most")
    )
    return f"""
        SELECT m.case_person, m.person, m.start_s{columns}
        FROM starts{near} AS m
        JOIN totals{near} AS p ON {_same_pair("m", "p")} AND m.start_s >= p.opens_s AND m.start_s < p.closes_s
        GROUP BY m.case_person, m.person, m.start_s"""


def _judged(rules: Sequence[TimedRule]) -> list[Part]:
    """The first rule that fits by the least, and by the most; and how sure that makes the meeting."""
    ranked = f"SELECT *, {_first_fit(rules, 'least')} AS by_least, {_first_fit(rules, 'most')} AS by_most FROM summed"
    judged = """
        SELECT
          *,
          CASE WHEN by_least IS NOT NULL THEN 0 WHEN by_most IS NOT NULL THEN 1 ELSE 2 END AS certainty,
          COALESCE(by_least, by_most) AS rule
        FROM ranked"""
    return [("ranked", ranked), ("judged", judged)]


def _first_fit(rules: Sequence[TimedRule], side: str) -> str:
    fits = " ".join(f"WHEN {_fit_text(rule, side)} THEN CAST({n} AS BIGINT)" for n, rule in enumerate(rules))
    return f"CASE {fits} END" if rules else "CAST(NULL AS BIGINT)"


def _fit_text(rule: TimedRule, side: str) -> str:
    asked = ["TRUE"]
    if rule.settings:
        asked.append(f"COALESCE(setting IN ({', '.join(map(str, rule.settings))}), FALSE)")
    if rule.most_rows is not None:
        asked.append(f"COALESCE(rows_apart <= {rule.most_rows}, TRUE)")
    if rule.min_s is not None:
        cumulated = f"{side}_in_{rule.cumulating_s}_s{_near(rule.most_rows)}"
        seconds = cumulated if rule.cumulating_s > 0 else f"{side}_s"
        asked.append(f"{seconds} >= {rule.min_s}")
    return " AND ".join(asked)


def _percent(percents: Percents) -> str:
    """What a minute counts for in the setting of a row."""
    named = "".join(f" WHEN {SETTING_BITS[name]} THEN {counts}" for name, counts in percents.items())
    return f"CASE setting{named} ELSE {PLAIN} END" if named else f"{PLAIN}"


def _pairs(percents: Percents) -> list[Part]:
    """Of each pair the meetings of its best certainty."""
    graded = f"""
        SELECT
          {PAIR}, certainty,
          MIN(rule) AS rule,
          MIN(STRUCT_PACK(start_s := start_s, place := place)) AS first,
          MAX(end_s) AS last_s,
          CAST(SUM(counted_least_s) AS BIGINT) AS least_s,
          CAST(SUM(counted_most_s) AS BIGINT) AS most_s,
          CAST(SUM((counted_least_s + counted_most_s) * CAST({_percent(percents)} AS BIGINT)) AS BIGINT) AS dose,
          COUNT(*) AS n_meetings
        FROM judged
        GROUP BY {PAIR}, certainty"""
    best = f"SELECT *, MIN(certainty) OVER (PARTITION BY {PAIR}) AS best_certainty FROM graded"
    pairs = f"""
        SELECT
          {PAIR}, certainty, rule, (first).start_s AS first_s, last_s, least_s, most_s, dose,
          n_meetings,
          (first).place AS place
        FROM best
        WHERE certainty = best_certainty"""
    return [("graded", graded), ("best", best), ("pairs", pairs)]


def _ring() -> list[Part]:
    """Of each person the pairs of best certainty, taken together."""
    rung = """
        SELECT
          person, certainty,
          MIN(rule) AS rule,
          MIN(STRUCT_PACK(first_s := first_s, via := case_person, place := place)) AS first,
          MAX(last_s) AS last_s,
          CAST(SUM(least_s) AS BIGINT) AS least_s,
          CAST(SUM(most_s) AS BIGINT) AS most_s,
          CAST(SUM(dose) AS BIGINT) AS dose,
          CAST(SUM(n_meetings) AS BIGINT) AS n_meetings,
          COUNT(*) AS n_via
        FROM pairs
        GROUP BY person, certainty"""
    surest = "SELECT *, MIN(certainty) OVER (PARTITION BY person) AS best_certainty FROM rung"
    return [("rung", rung), ("surest", surest)]


def _answer(answer: Answer) -> str:
    """The columns of the answer as 64-bit numbers, sorted."""
    if answer == "pairs":
        renamed = {"case": "case_person"}
        return f"SELECT {_columns(PAIRS, renamed)} FROM pairs ORDER BY case_person, person"
    of_first = {"first_s": "(first).first_s", "via": "(first).via", "place": "(first).place"}
    return f"SELECT {_columns(RING, of_first)} FROM surest WHERE certainty = best_certainty ORDER BY person"


def _columns(schema: Iterable[str], found_as: Mapping[str, str]) -> str:
    return ", ".join(f'CAST({found_as.get(name, name)} AS BIGINT) AS "{name}"' for name in schema)
