"""A synthetic population with known doubles, drawn from a seed: what the weights are estimated and measured on.

Households share a home, often a telephone and a surname; some siblings share a character of the given name, some
are twins. A tenth of the persons is entered twice, the second time with what happens to second entries.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl

from lastcase.core.facts import TABLES
from lastcase.engines.linkage.names import name_keys
from lastcase.engines.linkage.prepare import WANTED

RECORDED_AT = datetime(2022, 7, 20, tzinfo=UTC)
ADULTS_BORN_FROM, ADULTS_BORN_DAYS = date(1935, 1, 1), 365 * 68
CHILDREN_BORN_DAYS = 365 * 12
"""Back from the day of recording; where the parent's age would put a birth after it."""
GENERATION_YEARS = 28
SCHEMA = {name: TABLES["persons"].schema[name] for name in WANTED}
Row = dict[str, Any]


@cache
def _parameters() -> Mapping[str, Any]:
    text = (files("lastcase.engines.linkage") / "population.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


class _Town:
    """Draws persons, household by household."""

    def __init__(self, seed: int) -> None:
        self.draw = np.random.default_rng(seed)
        self.given = _parameters()
        self.surnames = self.given["surnames"].split()
        first = self.given["surname_shares"]
        rest = (1 - sum(first)) / (len(self.surnames) - len(first))
        self.shares = [*first, *[rest] * (len(self.surnames) - len(first))]
        self.characters = sorted(set(self.given["given"].split()))
        self.homophones = {one: pair.replace(one, "") for pair in self.given["homophones"] for one in pair}

    def is_so(self, share: float) -> bool:
        return bool(self.draw.random() < share)

    def one_of(self, values: Any, shares: Any = None) -> Any:
        return values[int(self.draw.choice(len(values), p=shares))]

    def household(self, number: int) -> list[Row]:
        """Two adults at most, then children."""
        size = 1 + int(self.draw.choice(5, p=self.given["household_sizes"]))
        home = {
            "residence_place_id": f"home-{number}",
            "residence_area_id": f"area-{number // self.given['homes_per_area']}",
        }
        adults = [self._adult(home, index) for index in range(min(size, 2))]
        if len(adults) > 1 and self.is_so(self.given["partner_shares_phone"]):
            adults[1]["phone"] = adults[0]["phone"]
        children: list[Row] = []
        for _ in range(size - 2):
            children.append(self._child(home, adults, children))
        return [*adults, *children]

    def _adult(self, home: Row, index: int) -> Row:
        sex = ("male", "female")[index] if self.is_so(0.95) else self.one_of(("male", "female"))
        born = ADULTS_BORN_FROM + timedelta(days=int(self.draw.integers(ADULTS_BORN_DAYS)))
        surname = self.one_of(self.surnames, self.shares)
        return self._person(home, surname, self._given_name(), sex, born, self._phone())

    def _child(self, home: Row, adults: list[Row], before: list[Row]) -> Row:
        sex = self.one_of(("male", "female"))
        years = GENERATION_YEARS + int(self.draw.integers(-6, 8))
        born = adults[0]["birth_on"] + timedelta(days=365 * years + int(self.draw.integers(365)))
        if born > RECORDED_AT.date():
            born = RECORDED_AT.date() - timedelta(days=int(self.draw.integers(CHILDREN_BORN_DAYS)))
        is_twin = bool(before) and self.is_so(self.given["twin_share"])
        share = self.given["twins_generation_share" if is_twin else "generation_share"]
        given = self._given_name()
        if before and self.is_so(share):
            given = before[-1]["given"][:1] + self.one_of(self.characters)
        if is_twin:
            born = before[-1]["birth_on"]
        shares = self.is_so(self.given["child_shares_phone"])
        phone = adults[-1]["phone"] if shares else self._phone()
        return self._person(home, adults[0]["surname"], given, sex, born, phone)

    def _person(self, home: Row, surname: str, given: str, sex: str, born: date, phone: str) -> Row:
        document = (
            f"{110000 + int(self.draw.integers(900)):06d}{born:%Y%m%d}{int(self.draw.integers(10_000)):04d}"
        )
        age = (RECORDED_AT.date() - born).days // 365
        return {
            **home, "name": surname + given, "surname": surname, "given": given, "sex": sex, "birth_on": born,
            "age_years": float(age), "phone": phone, "document_id": document, "recorded_at": RECORDED_AT,
            "list_id": f"L{int(self.draw.integers(10**9)):09d}",
        }  # fmt: skip

    def _given_name(self) -> str:
        n = 1 if self.is_so(self.given["one_character_share"]) else 2
        return "".join(self.one_of(self.characters) for _ in range(n))

    def _phone(self) -> str:
        return f"1{int(self.draw.integers(3_000_000_000, 9_999_999_999))}"

    def first_entry(self, person: Row) -> Row:
        """The person as entered first: some columns empty."""
        row = dict(person)
        self._lose(row, self.given["first"])
        return row

    def second_entry(self, person: Row) -> Row:
        """The same person entered by somebody else."""
        how, row = self.given["double"], dict(person)
        row["name"] = self._said(person, how)
        if self.is_so(how["other_phone"]):
            row["phone"] = self._phone()
        elif self.is_so(how["phone_digit_off"]):
            row["phone"] = self._one_off(row["phone"])
        if self.is_so(how["document_character_off"]):
            row["document_id"] = self._one_off(row["document_id"])
        if self.is_so(how["birth_part_off"]):
            row["birth_on"] = row["birth_on"].replace(day=1 + row["birth_on"].day % 28)
        if self.is_so(how["age_off"]):
            row["age_years"] = max(row["age_years"] + self.one_of((-1.0, 1.0)), 0.0)
        if self.is_so(how["other_sex"]):
            row["sex"] = {"male": "female", "female": "male"}[row["sex"]]
        if self.is_so(how["moved"]):
            row["residence_place_id"] = f"moved-{int(self.draw.integers(10**6))}"
            row["residence_area_id"] = f"area-{int(self.draw.integers(50))}"
        if not self.is_so(how["same_list_id"]):
            row["list_id"] = f"L{int(self.draw.integers(10**9)):09d}"
        self._lose(row, how)
        return row

    def _lose(self, row: Row, how: Mapping[str, float]) -> None:
        for column, share in (
            ("phone", "no_phone"), ("document_id", "no_document"), ("birth_on", "no_birth"), ("sex", "no_sex"),
            ("residence_place_id", "no_place"), ("residence_area_id", "no_area"), ("name", "no_name"),
        ):  # fmt: skip
            if self.is_so(how.get(share, 0.0)):
                row[column] = None

    def _said(self, person: Row, how: Mapping[str, float]) -> str:
        surname, given = (name_keys(person[part]).pinyin.capitalize() for part in ("surname", "given"))
        name = str(person["name"])
        roll = self.draw.random()
        if roll < how["in_pinyin"]:
            return f"{surname} {given}"
        roll -= how["in_pinyin"]
        if roll < how["swapped"]:
            return f"{given} {surname}"
        roll -= how["swapped"]
        if roll < how["misspelt"]:
            return self._misspelt(f"{surname} {given}")
        roll -= how["misspelt"]
        if roll < how["other_character"]:
            return f"{name[:-1]}{self.one_of(self.characters)}"
        roll -= how["other_character"]
        sounds_alike = self.homophones.get(name[-1], name[-1])
        return name[:-1] + sounds_alike if roll < how["homophone"] else name

    def _misspelt(self, text: str) -> str:
        at = int(self.draw.integers(1, len(text)))
        return f"{text[:at]}{self.one_of('aeiouhn')}{text[at + 1 :]}"

    def _one_off(self, digits: str) -> str:
        at = int(self.draw.integers(1, len(digits)))
        return digits[:at] + str((int(digits[at]) + 1 + int(self.draw.integers(9))) % 10) + digits[at + 1 :]


def population(n_persons: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Entries of `n_persons` persons (columns of `prepare.WANTED`), a tenth of them twice, and the pairs
    (`left_id`, `right_id`) that are one person. The same seed gives the same population."""
    town = _Town(seed)
    people: list[Row] = []
    number = 0
    while len(people) < n_persons:
        people += town.household(number)
        number += 1
    entries, pairs = [], []
    for index, person in enumerate(people[:n_persons]):
        entries.append({**town.first_entry(person), "person_id": f"p{index:07d}"})
        if town.is_so(town.given["double"]["share"]):
            entries.append({**town.second_entry(person), "person_id": f"q{index:07d}"})
            pairs.append((f"p{index:07d}", f"q{index:07d}"))
    schema = {"left_id": pl.String, "right_id": pl.String}
    frame = pl.DataFrame([{name: row[name] for name in SCHEMA} for row in entries], schema=SCHEMA)
    return frame, pl.DataFrame(pairs, schema=schema, orient="row")
