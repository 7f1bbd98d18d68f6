"""The parts of a map. Each is plain data: a TOML file holds it whole, and a page can edit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DateOrder = Literal["auto", "ymd", "dmy", "mdy"]

KINDS = (
    "areas",
    "places",
    "people",
    "cases",
    "contacts",
    "groups",
    "visits",
    "specimens",
    "stays",
    "moves",
    "checks",
    "arrivals",
    "objections",
    "risk-areas",
    "counts",
)
"""What can be imported, as the command line names it."""


@dataclass(frozen=True)
class Condition:
    """What a column must hold for a row to be taken: all that is given must be true."""

    column: str
    equals: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    matches: str = ""
    is_empty: bool | None = None


@dataclass(frozen=True)
class FieldMap:
    """Where one field's text comes from, and what is done to it, in this order.

    Source, the first that is given: `first` (the first of several that yields a text), `hash_of` (a stable
    id from columns), `template` ("{district}, {chiefdom}"; empty where a column is), `column`, `value` (a
    constant). Then: `match` (a regular expression; its first group, or the whole match), `remove` (a regular
    expression cut out), `codes` (text to text, blanks and case aside; what is not listed passes),
    `pad_right` (zeros up to a length), `slug` (a plain id), `prefix`, `times` and `plus` (for numbers in
    another unit). `when`: empty unless all conditions hold. `is_global`: the id is not put under the file's
    namespace.
    """

    column: str = ""
    value: str = ""
    template: str = ""
    hash_of: tuple[str, ...] = ()
    first: tuple[FieldMap, ...] = ()
    match: str = ""
    remove: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    pad_right: int = 0
    slug: bool = False
    prefix: str = ""
    times: float | None = None
    plus: float | None = None
    when: tuple[Condition, ...] = ()
    is_global: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that this field reads."""
        import string

        named = [name for _, name, _, _ in string.Formatter().parse(self.template) if name]
        inner = [column for part in self.first for column in part.columns]
        own = [self.column] if self.column else []
        return tuple(dict.fromkeys([*own, *named, *self.hash_of, *inner, *(c.column for c in self.when)]))


@dataclass(frozen=True)
class TableMap:
    """Rows of one fact table made from rows of the file. The same table may be named several times.

    `when`: only rows that meet all. `each_column`, `each_match`: a column and a regular expression; one row
    for each match in the column, which fields then read as the column "match". `only_missing`: rows whose
    key the record holds already are left out. `fills_gaps`: an empty cell leaves what the record holds;
    without it an empty cell clears. `keep_last`: of rows with the same key, the last by this column stands.
    """

    into: str
    fields: Mapping[str, FieldMap]
    when: tuple[Condition, ...] = ()
    each_column: str = ""
    each_match: str = ""
    only_missing: bool = False
    fills_gaps: bool = False
    keep_last: str = ""


@dataclass(frozen=True)
class FileMap:
    """A map for files of one form.

    `headings`: those by which the form is known. `time_zone` (IANA): of naive times, else the outbreak's.
    `null_texts`: what stands for nothing, beside the usual signs. `orders`: columns of dates of which the
    first should not lie after the second, with the message that warns where it does (for dates that no field
    takes).
    """

    name: str
    kinds: tuple[str, ...]
    tables: tuple[TableMap, ...]
    headings: tuple[str, ...] = ()
    namespace: str = ""
    time_zone: str = ""
    date_order: DateOrder = "auto"
    encoding: str = ""
    sheet: str = ""
    null_texts: tuple[str, ...] = ()
    orders: tuple[tuple[str, str, str], ...] = ()
    about_en: str = ""
    about_zh: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that the map reads."""
        named = [column for first, second, _ in self.orders for column in (first, second)]
        for table in self.tables:
            named += [c.column for c in table.when]
            named += [table.each_column] if table.each_column else []
            named += [table.keep_last] if table.keep_last else []
            for part in table.fields.values():
                named += [column for column in part.columns if not (table.each_column and column == "match")]
        return tuple(dict.fromkeys(named))
