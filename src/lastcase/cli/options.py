"""Options that several commands share.

Each `help` is an id of the catalogue; `app` puts the text in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Home = Annotated[Path | None, Parameter(name="--home", help="cli.option.home")]
Lang = Annotated[Literal["en", "zh"] | None, Parameter(name="--lang", help="cli.option.lang")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="cli.option.json")]
OutbreakName = Annotated[str, Parameter(name="--outbreak", help="cli.option.outbreak")]
AsOf = Annotated[str | None, Parameter(name="--as-of", help="cli.option.as_of")]
KnownAt = Annotated[str | None, Parameter(name="--known-at", help="cli.option.known_at")]
Area = Annotated[str | None, Parameter(name="--area", help="cli.option.area")]
