"""What each lever may hold: its name in both languages, its unit and its bounds."""

from __future__ import annotations

from lastcase.core.protocol.schema import Shape
from lastcase.core.simulate.levers import UNLIMITED


def _share(en: str, zh: str) -> Shape:
    return Shape(en, zh, "share", high=1)


def _hours(en: str, zh: str, high: int = 720) -> Shape:
    return Shape(en, zh, "hours", high=high)


def _capacity(en: str, zh: str, low: int = 0) -> Shape:
    return Shape(en, zh, "persons", low=low, high=UNLIMITED)


LEVERS: dict[str, Shape] = {
    "household_share": _share("Transmissions at home", "家庭内传播占比"),
    "group_share": _share("Transmissions in class or team", "班级或班组内传播占比"),
    "local_share": _share("Community contacts in the own cell", "本网格内社会接触占比"),
    "town_share": _share(
        "Community contacts in the own town beyond the cell", "本乡镇（街道）内网格外社会接触占比"
    ),
    "asymptomatic_factor": _share("Infectiousness without symptoms, relative", "无症状者相对传染力"),
    "vaccine_factor": _share("Chance to be infected by doses, relative", "按剂次的相对感染概率"),
    "care_share": _share("Seek care before the outbreak is known", "疫情发现前就诊比例"),
    "care_share_alerted": _share("Seek care once the outbreak is known", "疫情发现后就诊比例"),
    "care_delay_h": _hours("Onset to sampling, mean", "发病到采样平均时长"),
    "result_h": _hours("Sampling to result", "采样到出结果时长"),
    "laboratory": Shape("Tubes read a day", "每日检测管数", low=1, high=UNLIMITED),
    "pool": Shape("Persons in a tube", "每管混采人数", low=1, high=100),
    "dilution": Shape("Dilution of a tube", "混采稀释指数", high=1),
    "attendance": _share("Come to a round", "全员检测参检率"),
    "interviewers": Shape("Interviews a day", "每日流调数", high=UNLIMITED),
    "interview_h": _hours("Result to interview", "出结果到流调时长"),
    "window_days": Shape("Contacts sought before onset", "密接追溯前推", "days", high=60),
    "recall_group": _share("Named of class and team", "班级或班组接触者交代率"),
    "recall_community": _share("Named of the community", "社会接触者交代率"),
    "reach_h": _hours("Being named to quarantine, mean", "交代到隔离平均时长"),
    "unreached": _share("Contacts never found", "未找到的接触者占比"),
    "rooms": _capacity("Places of central quarantine", "集中隔离房间数"),
    "beds": _capacity("Beds of isolation", "隔离治疗床位数"),
    "vehicles": _capacity("Taken to a room or bed a day", "每日转运人数"),
    "leak_home": _share("Go out a day though bound to the home", "居家隔离者每日外出概率"),
    "leak_closed": _share("Go out a day though in a closed area", "封控区居民每日外出概率"),
    "facility": _share("Transmission inside central quarantine", "集中隔离点内传播概率"),
    "designate_h": _hours("Result to the closing of the area", "出结果到封控时长"),
    "measures_from_h": _hours("Contacts are thinned from", "减少接触起始时刻", UNLIMITED),
    "measures": _share("Contacts beyond the home that still happen", "家庭外接触保留比例"),
    "arrivals": Shape("Infected arrivals a day", "每日输入感染者", "persons", high=10_000),
    "export_rate": _share("Infected who leave a day", "感染者每日外流比例"),
    "screens": Shape("Rounds of whole areas", "区域全员检测"),
}
