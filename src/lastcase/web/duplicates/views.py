"""The page of pairs: those that wait, one of them side by side, and what was signed lately."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lastcase.engines.linkage import PAIR_SCHEMA, thresholds
from lastcase.ops.records import duplicates as reads
from lastcase.ops.records.situation import Situation
from lastcase.web.access import needs, needs_purpose, note_read
from lastcase.web.acts.views import acting_at
from lastcase.web.context import PageContext
from lastcase.web.duplicates.forms import ApartForm, BulkForm, MergeForm, UnmergeForm, WithdrawApartForm
from lastcase.web.reading import read_page, server_ms
from lastcase.web.templatetags.work import person_name

PAIRS_SHOWN = 100
LATELY = 20


@needs("judge")
@needs_purpose
def duplicates(request: HttpRequest, outbreak: str) -> HttpResponse:
    """Pairs that wait, likeliest first; `?at=` the number of the one that is reviewed."""
    page, situation = read_page(request, outbreak)
    is_too_large = reads.is_too_large(situation)
    pairs = pl.DataFrame(schema=PAIR_SCHEMA) if is_too_large else reads.duplicates(situation)
    shown = reads.named(situation, pairs.head(PAIRS_SHOWN))
    at = _number(request.GET.get("at", "0"), len(shown))
    review = _review(page, situation, shown[at], f"{request.path}?at={at}") if shown else None
    note_read(request, _ids(shown), outbreak)
    context = {
        "situation": situation,
        "areas": situation.area_names,
        "pairs": shown,
        "n_pairs": pairs.height,
        "at": at,
        "review": review,
        "likely": thresholds()["likely"],
        "is_too_large": is_too_large,
        "bulk": _bulk(page, pairs, request.path),
        "merged": _merged_lately(page, situation, request.path),
        "apart": _apart_lately(page, situation, request.path),
    }
    context["server_ms"] = server_ms(request)
    return render(request, "duplicates/duplicates.html", context)


def _number(text: str, n: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
    return min(number, max(n - 1, 0))


def _ids(pairs: list[dict[str, Any]]) -> list[str]:
    return [pair[side] for pair in pairs for side in ("left_id", "right_id")]


def _review(page: PageContext, situation: Situation, pair: dict[str, Any], here: str) -> dict[str, Any]:
    ids = (pair["left_id"], pair["right_id"])
    sides = reads.both_sides(situation, page.record, ids)
    given = {"left_id": ids[0], "right_id": ids[1], "next": here}
    _gone, into = reads.choose_survivor(situation, {name: pair[name] for name in PAIR_SCHEMA})
    names = {
        side.person["person_id"]: f"{person_name(side.person)} ({side.person['person_id']})" for side in sides
    }
    may_act = acting_at(page) is not None
    merge = MergeForm(initial={**given, "into_id": into}, names=names, auto_id="merge-%s")
    apart = ApartForm(initial=given, auto_id="apart-%s")
    return {
        "pair": pair,
        "sides": sides,
        "fields": [
            (name, [side.person for side in sides], _differ(sides, name))
            for name in reads.SHOWN_FIELDS
            if any(side.person.get(name) is not None for side in sides)
        ],
        "tables": list(reads.SIDE_TABLES),
        "forms": (merge, apart) if may_act else (),
    }


def _differ(sides: list[reads.Side], name: str) -> bool:
    known = {side.person[name] for side in sides if side.person[name] is not None}
    return len(known) > 1


def _bulk(page: PageContext, pairs: pl.DataFrame, here: str) -> dict[str, Any] | None:
    """How many pairs stand at the threshold to accept, and the form."""
    if not pairs.height or acting_at(page) is None:
        return None
    n_accept = pairs.filter(pl.col("probability") >= thresholds()["accept"]).height
    form = BulkForm(initial={"next": here}, auto_id="bulk-%s")
    return {"form": form, "n_accept": n_accept, "accept": thresholds()["accept"]}


def _merged_lately(page: PageContext, situation: Situation, here: str) -> list[dict[str, Any]]:
    """Merges by the signature that they share, latest first, each with the form that takes it back."""
    signed = situation.facts["decisions"].filter(pl.col("decision_kind") == "same_person")
    acts = (
        signed.sort("subject")
        .group_by("signed_at", "signed_by", "reason")
        .agg("subject", "person_id")
        .sort("signed_at", "reason", descending=[True, False])
    )
    rows = acts.head(LATELY).to_dicts()
    return [
        {**row, "form": _unmerge_form(page, row["subject"], here, number), "n": len(row["subject"])}
        for number, row in enumerate(rows)
    ]


def _unmerge_form(page: PageContext, ids: list[str], here: str, number: int) -> UnmergeForm | None:
    if acting_at(page) is None:
        return None
    return UnmergeForm(initial={"person_ids": "\n".join(ids), "next": here}, auto_id=f"unmerge-{number}-%s")


def unmerge_forms(page: PageContext, merged: Iterable[Mapping[str, Any]], here: str) -> list[tuple[Any, Any]]:
    """Each entry merged into a person with the form that takes it back."""
    may_act = page.actor.may("judge")
    return [
        (row, _unmerge_form(page, [row["person_id"]], here, number) if may_act else None)
        for number, row in enumerate(merged)
    ]


def _apart_lately(page: PageContext, situation: Situation, here: str) -> list[dict[str, Any]]:
    told = situation.facts["decisions"].filter(pl.col("decision_kind") == "not_same_person")
    rows = told.sort("signed_at", "decision_id", descending=True).head(LATELY).to_dicts()
    may_act = acting_at(page) is not None
    return [
        {
            **row,
            "form": WithdrawApartForm(
                initial={"left_id": row["person_id"], "right_id": row["subject"], "next": here},
                auto_id=f"withdraw-{number}-%s",
            )
            if may_act
            else None,
        }
        for number, row in enumerate(rows)
    ]
