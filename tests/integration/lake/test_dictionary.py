"""The dictionary of a lake: numbers by lot, pseudonyms by a key, and neither left after re-keying."""

from __future__ import annotations

from pathlib import Path
from stat import S_IMODE

import polars as pl
import pytest

from lastcase.engines.lake.dictionary import Dictionary, DictionaryMissing

PERSONS = pl.Series("person_id", [f"p{number:04}" for number in range(500)])


@pytest.fixture
def dictionary(tmp_path: Path) -> Dictionary:
    made = Dictionary.create(tmp_path / "keys")
    made.number(PERSONS)
    return made


def test_every_person_has_one_number_and_keeps_it(dictionary: Dictionary) -> None:
    numbers = dictionary.numbers(PERSONS)
    assert sorted(numbers) == list(range(500))
    more = dictionary.number(pl.Series(["new", "p0007", "new"]))
    assert more[0] == more[2] == 500
    assert more[1] == numbers[7]
    again = Dictionary.open(dictionary.folder.parent, 0)
    assert again.numbers(PERSONS).equals(numbers)
    assert again.persons(numbers).to_list() == PERSONS.to_list()


def test_whoever_is_not_numbered_has_no_number(dictionary: Dictionary) -> None:
    assert dictionary.numbers(pl.Series(["nobody", "p0001"])).is_null().to_list() == [True, False]


def test_numbers_do_not_go_by_the_names(dictionary: Dictionary) -> None:
    numbers = dictionary.numbers(PERSONS)
    assert numbers.to_list() != sorted(numbers)


def test_a_pseudonym_is_one_persons_and_says_nothing_of_the_name(dictionary: Dictionary) -> None:
    shown = dictionary.pseudonyms(PERSONS)
    assert shown.n_unique() == 500
    assert set(shown.str.len_chars()) == {32}
    assert dictionary.pseudonyms(PERSONS[:3]).equals(shown[:3])


def test_after_redrawing_neither_numbers_nor_pseudonyms_stay(dictionary: Dictionary) -> None:
    numbers, shown = dictionary.numbers(PERSONS), dictionary.pseudonyms(PERSONS)
    following, new_number = dictionary.redrawn()
    assert following.numbers(PERSONS).to_list() == new_number[numbers.to_numpy()].tolist()
    assert not set(following.pseudonyms(PERSONS)) & set(shown)
    following.forget_others()
    with pytest.raises(DictionaryMissing, match="backup"):
        Dictionary.open(dictionary.folder.parent, 0)
    assert Dictionary.open(dictionary.folder.parent, 1).numbers(PERSONS).equals(following.numbers(PERSONS))


def test_redrawing_that_was_cut_off_is_begun_anew(dictionary: Dictionary) -> None:
    dictionary.redrawn()
    following, new_number = dictionary.redrawn()
    assert sorted(new_number) == list(range(500))
    assert following.n_persons == 500


def test_only_the_owner_reads_it(dictionary: Dictionary) -> None:
    modes = {S_IMODE(path.stat().st_mode) for path in dictionary.folder.iterdir()}
    assert modes == {0o600}
    assert S_IMODE(dictionary.folder.stat().st_mode) == 0o700
