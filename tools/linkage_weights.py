"""Count the linkage's weights anew, or measure those that are shipped.

    .venv/bin/python tools/linkage_weights.py            # write weights.toml from the training population
    .venv/bin/python tools/linkage_weights.py --measure  # precision and recall on other populations, as a table

Both are drawn from seeds: the same code gives the same file and the same table.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from lastcase.engines.linkage.estimate import (  # noqa: E402
    HOUSEHOLD_PERSONS,
    TRAINING_PERSONS,
    TRAINING_SEED,
    estimate_levels,
    measure,
)

FILE = ROOT / "src" / "lastcase" / "engines" / "linkage" / "weights.toml"
HELD_OUT = ((1_000, 11), (5_000, 12), (20_000, 13))
"""Sizes and seeds of the populations measured on; none is the training's."""


def write() -> None:
    """The file: thresholds and prior as they stand, levels counted anew."""
    standing = tomllib.loads(FILE.read_text(encoding="utf-8"))
    lines = [
        "# Weights of the linkage, written by tools/linkage_weights.py: counted on a synthetic population of",
        f"# {TRAINING_PERSONS} persons, and {HOUSEHOLD_PERSONS} for what households share (seed {TRAINING_SEED}).",
        "# Their doubles are known. m: share of the level among the",
        "# pairs that are one person; u: among all others; each given the level's group. Thresholds and prior are",
        "# assumed.",
        "",
    ]
    for table in ("thresholds", "prior"):
        lines += [f"[{table}]", *(f"{name} = {value}" for name, value in standing[table].items()), ""]
    for comparison, levels in estimate_levels().items():
        lines += [f"[levels.{comparison}]"]
        lines += [f"{key} = {{ m = {one['m']:.4g}, u = {one['u']:.4g} }}" for key, one in levels.items()] + [
            ""
        ]
    FILE.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


def table() -> str:
    """Precision and recall at each threshold, as Markdown."""
    limits = tomllib.loads(FILE.read_text(encoding="utf-8"))["thresholds"]
    lines = ["| persons | threshold | pairs | precision | recall |", "|---:|---|---:|---:|---:|"]
    for n_persons, seed in HELD_OUT:
        for (name, _), one in zip(
            limits.items(), measure(n_persons, seed, tuple(limits.values())), strict=True
        ):
            shares = f"{one.precision:.3f} | {one.recall:.3f}"
            lines.append(f"| {n_persons:,} | {name} ({one.at_least:g}) | {one.n_pairs:,} | {shares} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Weights of the linkage.")
    parser.add_argument("--measure", action="store_true", help="print precision and recall; write nothing")
    if parser.parse_args().measure:
        print(table())
    else:
        write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
