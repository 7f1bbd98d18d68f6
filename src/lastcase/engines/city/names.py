"""Names of people who do not exist: usual surnames and given names, with the readings that variants are made of."""

from __future__ import annotations

import polars as pl

from lastcase.engines.city.hashing import Dice, Ints
from lastcase.engines.city.tables import weighted

_SURNAMES = (
    "陈Chen 李Li 黄Huang 张Zhang 王Wang 吴Wu 刘Liu 梁Liang 林Lin 苏Su 庞Pang 罗Luo 杨Yang 叶Ye 周Zhou 谢Xie "
    "包Bao 沈Shen 钟Zhong 冯Feng 劳Lao 伍Wu 韦Wei 何He 邓Deng 许Xu 蔡Cai 莫Mo 曾Zeng 郑Zheng 彭Peng 卢Lu "
    "廖Liao 潘Pan 容Rong 宁Ning 石Shi 裴Pei 赵Zhao 徐Xu"
)
_GIVEN_FEMALE = (
    "丽Li 芳Fang 梅Mei 玲Ling 秀Xiu 英Ying 燕Yan 娟Juan 霞Xia 红Hong 敏Min 静Jing 婷Ting 雪Xue 慧Hui 莹Ying "
    "琳Lin 萍Ping 兰Lan 珍Zhen 欣Xin 怡Yi 雨Yu 思Si 佳Jia 洁Jie 倩Qian 娜Na 凤Feng 春Chun 月Yue 青Qing 晓Xiao 小Xiao"
)
_GIVEN_MALE = (
    "伟Wei 强Qiang 军Jun 杰Jie 勇Yong 涛Tao 明Ming 超Chao 华Hua 平Ping 刚Gang 辉Hui 鹏Peng 波Bo 斌Bin 飞Fei "
    "海Hai 健Jian 宇Yu 浩Hao 志Zhi 文Wen 建Jian 国Guo 德De 永Yong 家Jia 俊Jun 子Zi 天Tian 荣Rong 光Guang 庆Qing 宏Hong"
)
SURNAMES = _SURNAMES.split()
"""From the most to the least frequent."""
GIVEN_FEMALE, GIVEN_MALE = _GIVEN_FEMALE.split(), _GIVEN_MALE.split()
"""Equally many, so that one draw serves both."""

N_GIVEN = len(GIVEN_MALE)
_BY_RANK = weighted([1 / (rank + 3) for rank in range(len(SURNAMES))])
ONE_SYLLABLE = 140_000
"""Millionths of people whose given name is one character."""


def draw_surnames(dice: Dice, holders: Ints) -> Ints:
    """A surname, as its rank, for each holder."""
    return dice.pick("surname", _BY_RANK, holders)


def name_frame(dice: Dice, person: Ints, surname: Ints, is_female: Ints) -> pl.DataFrame:
    """Columns `name` (characters) and `pinyin` (surname first) of these persons."""
    first = dice.below("given 1", N_GIVEN, person) + is_female * N_GIVEN
    second = dice.below("given 2", N_GIVEN, person) + is_female * N_GIVEN
    is_short = dice.chance("short name", ONE_SYLLABLE, person)
    shorts = pl.Series(is_short)
    parts = pl.DataFrame(
        {
            "s": _signs(SURNAMES)[surname],
            "a": _signs([*GIVEN_MALE, *GIVEN_FEMALE])[first],
            "b": _signs([*GIVEN_MALE, *GIVEN_FEMALE])[second],
            "sp": _readings(SURNAMES)[surname],
            "ap": _readings([*GIVEN_MALE, *GIVEN_FEMALE])[first],
            "bp": _readings([*GIVEN_MALE, *GIVEN_FEMALE])[second],
        }
    ).with_columns(short=shorts)
    last = pl.when("short").then(pl.lit("")).otherwise("b")
    last_reading = pl.when("short").then(pl.lit("")).otherwise(pl.col("bp").str.to_lowercase())
    return parts.select(
        name=pl.concat_str("s", "a", last),
        pinyin=pl.concat_str("sp", pl.lit(" "), "ap", last_reading),
    )


def _signs(words: list[str]) -> pl.Series:
    return pl.Series([word[0] for word in words], dtype=pl.String)


def _readings(words: list[str]) -> pl.Series:
    return pl.Series([word[1:] for word in words], dtype=pl.String)
