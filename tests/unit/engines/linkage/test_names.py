"""Names by their sound: what comes to one key, and what does not."""

from __future__ import annotations

import polars as pl
import pytest

from lastcase.engines.linkage.names import document_key, name_columns, name_keys, phone_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("欧阳娜娜", "Ouyang Nana"),
        ("欧阳娜娜", "OUYANG NA-NA"),
        ("吕布", "Lü Bu"),
        ("吕布", "Lv Bu"),
        ("单雄信", "Shan Xiongxin"),
        ("曾国藩", "Zeng Guofan"),
        ("José Núñez", "JOSE NUNEZ"),
        ("张芳", "张方"),
    ],
)
def test_one_sound_is_one_key(one: str, other: str) -> None:
    assert name_keys(one).pinyin == name_keys(other).pinyin


def test_other_sounds_are_other_keys() -> None:
    assert name_keys("李明").pinyin != name_keys("李宁").pinyin
    assert name_keys("张芳").plain != name_keys("张方").plain


@pytest.mark.parametrize("given_first", ["Nana Ouyang", "Xiaoming Li"])
def test_surname_and_given_name_may_change_places(given_first: str) -> None:
    chinese = {"Nana Ouyang": "欧阳娜娜", "Xiaoming Li": "李晓明"}[given_first]
    assert name_keys(chinese).parts == name_keys(given_first).parts
    assert name_keys(chinese).swapped == name_keys(given_first).pinyin


def test_columns_keep_order_and_gaps() -> None:
    found = name_columns(pl.Series(["李明", None, "…", "Li Ming"]))
    assert found["pinyin"].to_list() == ["liming", None, None, "liming"]


def test_phones_and_documents_in_one_writing() -> None:
    frame = pl.DataFrame(
        {
            "p": ["+86 138-0013-8000", "13800138000 / 010-1", "123"],
            "d": ["e 123 456x", "11**********12", "A1"],
        }
    )
    assert frame.select(phone_key("p")).to_series().to_list() == ["13800138000", "13800138000", None]
    assert frame.select(document_key("d")).to_series().to_list() == ["E123456X", None, None]
