"""What each field of a rule may hold: its name in both languages, unit, codes and bounds.

The types stand in the dataclasses of `model`; here stands what a type cannot say. `parse` refuses by it,
`diff` and `explain` speak by it, and the catalogue of messages takes its words from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.arrivals import ORIGINS
from lastcase.core.facts.cases import SEVERITIES
from lastcase.core.facts.field import Code
from lastcase.core.protocol.model import RULE_KINDS, rule_fields


@dataclass(frozen=True)
class Shape:
    """One field of a rule: labels, unit, permitted codes (empty: free), and the least and greatest number."""

    en: str
    zh: str
    unit: str | None = None
    codes: tuple[Code, ...] = ()
    low: float = 0
    high: float = 99


APPLIES_TO = (
    Code("symptomatic", "cases with an onset", "有发病日期的病例"),
    Code("asymptomatic", "cases without an onset", "无发病日期的感染者"),
    Code("repeated_tests", "cases found by repeated testing", "多次检测中发现的感染者"),
    Code("died", "deaths", "死亡病例"),
    Code("any", "every case", "所有病例"),
)
ANCHORS = (
    Code("onset", "onset", "发病"),
    Code("specimen", "first positive specimen", "首次阳性采样"),
    Code("last_negative", "last negative test", "末次阴性采样"),
    Code("rash", "onset of rash", "出疹"),
    Code("death", "death", "死亡"),
    Code("found", "finding of the case", "发现"),
)
START_UNITS = (
    Code("day", "local calendar days", "当地自然日"),
    Code("instant", "elapsed time", "实际经过时间"),
)
UNTIL = (
    Code("isolation", "isolation", "隔离"),
    Code("burial", "burial", "安葬"),
    Code("recovery", "recovery", "康复"),
)
STAGE_ANCHORS = (
    Code("last_exposure", "last exposure", "末次暴露"),
    Code("first_exposure", "first exposure", "首次暴露"),
    Code("stage_start", "start of the stay", "管理开始"),
    Code("previous_stage", "end of the stage before", "上一阶段结束"),
    Code("arrival", "arrival", "抵达"),
    Code("left_area", "leaving the area", "离开来源地"),
    Code("onset", "onset", "发病"),
    Code("found", "finding", "发现"),
    Code("recovery", "discharge", "出院"),
    Code("negative_test", "negative test", "阴性检测"),
)
DAY_ONE = (
    Code("same_day", "the day itself is day 1", "当日为第1日"),
    Code("day_after", "the day after is day 1", "次日为第1日"),
)
LIMIT_DUTIES = (*v.DUTY_KINDS, Code("judge", "Judge the candidate", "判定候选"))
FAMILIES = (Code("case", "Any case", "各类感染者"), Code("contact", "Any contact", "各类接触者"))
SUBJECTS = (*v.CATEGORIES, *FAMILIES, Code("candidate", "Candidate", "候选接触者"))
LIMIT_ANCHORS = (
    Code("found", "finding of the case", "发现病例"),
    Code("specimen", "sampling", "采样"),
    Code("named", "the exposure becoming known", "知悉暴露"),
    Code("arrival", "arrival", "抵达"),
    Code("result", "the result", "出结果"),
)
POSTS = (
    Code("sampling_team", "Sampling team", "采样队"),
    Code("cell_worker", "Cell worker", "网格员"),
    Code("quarantine_desk", "Quarantine desk", "隔离专班"),
    Code("transfer_desk", "Transfer desk", "转运专班"),
    Code("hospital_desk", "Hospital desk", "医疗救治专班"),
    Code("investigation_team", "Investigation team", "流调队"),
    Code("reporting_post", "Reporting post", "报告单位"),
    Code("area_command", "Area command", "属地指挥部"),
)
ENTRIES = (
    Code("residence", "home of a case", "病例居住地"),
    Code("work", "workplace of a case", "病例工作地"),
    Code("visit", "visit of a case", "病例活动地"),
)
CLOCK_ANCHORS = (
    Code("designation", "designation", "划定"),
    Code("last_case", "the later of designation and the last case", "划定与末例中较晚者"),
    Code("no_higher", "the last higher level of the same county being lifted", "同县更高等级全部解除"),
)
OCCUPATIONS = (
    Code(
        "inbound_contact",
        "Contact with inbound persons, goods or places",
        "直接接触入境人员、物品、环境",
        ("port", "airport", "quarantine site staff", "口岸", "冷链", "隔离场所工作人员"),
    ),
    Code("health_care", "Health care", "医疗机构人员", ("doctor", "nurse", "hcw", "medical", "医生", "护士")),
    Code(
        "market",
        "Market and shop",
        "市场商超人员",
        ("vendor", "shopkeeper", "market worker", "农贸市场", "超市"),
    ),
    Code("delivery", "Delivery", "快递外卖人员", ("courier", "express", "快递", "外卖")),
    Code("transport", "Public transport", "交通运输人员", ("driver", "司机", "公交", "出租")),
)
TRIGGERS = (
    Code("community_case", "a case found in the community", "社会面检出病例"),
    Code("any_case", "any case", "任一病例"),
)
END_ANCHORS = (
    Code("negative_test", "second negative test", "末次阴性检测"),
    Code("burial", "burial", "安葬"),
    Code("recovery", "recovery", "康复"),
    Code("found", "finding", "发现"),
    Code("rash", "onset of rash", "出疹"),
)
DISCHARGE_ANCHORS = (
    Code("found", "finding of the case", "发现病例"),
    Code("onset", "onset", "发病"),
    Code("rash", "onset of rash", "出疹"),
)
EXPOSURE_ANCHORS = (
    Code("first_exposure", "first exposure", "首次暴露"),
    Code("last_exposure", "last exposure", "末次暴露"),
)
DOSE_DUTIES = tuple(code for code in v.DUTY_KINDS if code.value in ("vaccinate", "give_globulin"))
TOPICS = (
    Code("secondary_contacts", "Contacts of contacts", "次密接"),
    Code("contact_tests", "Tests of contacts on set days", "密接定期检测"),
    Code("contact_quarantine", "Quarantine of contacts", "密接隔离"),
    Code("prophylaxis", "Prophylaxis after exposure", "暴露后预防"),
    Code("exclusion", "Keeping exposed staff off work", "暴露人员暂停上岗"),
    Code("risk_areas", "Risk areas", "风险区"),
    Code("medium_risk_areas", "Medium-risk areas", "中风险区"),
    Code("arrivals", "Arrivals", "来返人员管理"),
    Code("arrivals_from_areas", "Arrivals from risk areas", "风险区来返人员管理"),
    Code("area_tests", "Tests of whole areas", "区域全员检测"),
    Code("occupation_tests", "Tests of risk occupations", "风险岗位检测"),
    Code("end_of_outbreak", "End of the outbreak", "疫情结束"),
    Code("targets", "Dated targets", "限期目标"),
)
NUMERATORS = (
    Code("new_community_detected", "new cases found in the community", "社会面新增"),
    Code("new_infections_net", "net new infections", "净新增感染者"),
    Code("high_risk_areas", "high-risk areas", "高风险区数"),
    Code("regraded_daily", "days without a signed re-grading", "未签署当日动态调整的天数"),
)

_BY_NAME: dict[str, Shape] = {
    "case_status": Shape("Status", "病例状态", codes=v.CASE_STATUSES),
    "has_contacts": Shape("Contacts are sought", "追查接触者"),
    "is_counted": Shape("Counted as a case", "计入病例数"),
    "opens": Shape("Opens", "即时产生事项", codes=v.DUTY_KINDS),
    "applies_to": Shape("Applies to", "适用于", codes=APPLIES_TO),
    "anchor": Shape("Counted from", "起算点", codes=ANCHORS),
    "before_days": Shape("Starts before", "前推", "days", high=60),
    "unit_of_start": Shape("Start counted in", "前推计法", codes=START_UNITS),
    "after_days": Shape("Ends after", "后推", "days", high=60),
    "until": Shape("Until", "截止于", codes=UNTIL),
    "settings": Shape("Settings", "场所类型", codes=v.SETTINGS),
    "priority": Shape("Priority", "优先级", low=1),
    "is_extra": Shape("Stands beside others", "与其他窗口并存"),
    "category": Shape("Category", "类别", codes=v.CATEGORIES),
    "order": Shape("Ring", "圈层", low=1, high=2),
    "relations": Shape("Relations", "关系", codes=v.RELATIONS),
    "min_minutes": Shape("At least", "至少", "minutes", high=1440),
    "cumulating_hours": Shape("Cumulated within", "累计期", "hours", high=168),
    "max_distance": Shape("No farther than", "距离不超过", codes=v.DISTANCES),
    "max_rows_apart": Shape("Rows of seats apart at most", "座位前后相隔至多", "rows"),
    "is_voided_by_protection": Shape("Effective protection voids it", "有效防护可排除"),
    "is_named": Shape("Only when named", "仅限登记的暴露"),
    "is_source_pair": Shape("Only pairs stated by the source", "仅限来源所述传播对"),
    "is_automatic": Shape("Orders follow at once", "自动生效"),
    "shared_air_after_min": Shape(
        "Air shared after the case left", "病例离开后空气共享", "minutes", high=1440
    ),
    "most_candidates": Shape(
        "Candidates of one case at most", "每例病例候选者至多", "persons", low=1, high=100_000
    ),
    "dose_percent": Shape("A minute counts", "每分钟计", "percent", low=1, high=1000),
    "ordinal": Shape("Stage", "阶段", low=1, high=9),
    "place": Shape("Where", "地点", codes=v.STAY_KINDS),
    "length_days": Shape("Length", "时长", "days", low=1, high=90),
    "counted_from": Shape("Counted from", "起算点", codes=STAGE_ANCHORS),
    "day_one": Shape("Day 1", "第1日", codes=DAY_ONE),
    "test_days": Shape("Test on days", "检测日", "day", low=1, high=90),
    "specimen_kinds": Shape("Specimen", "标本", codes=v.SPECIMEN_KINDS),
    "n_release_tests": Shape("Release tests", "解除检测次数", "tests", high=5),
    "release_window_days": Shape(
        "Release tests within the last", "解除检测窗口（末）", "days", low=1, high=30
    ),
    "release_gap_hours": Shape("Between release tests", "解除检测间隔", "hours", high=240),
    "release_cap_days": Shape("Held past the end at most", "超期最长", "days", high=60),
    "monitor_per_day": Shape("Checks a day", "每日健康监测", "times", high=6),
    "unseparated_cap_days": Shape("Restarted clock at most", "重新计时上限", "days", low=1, high=120),
    "is_restrictive": Shape("Binds movement", "限制活动"),
    "recent_recovery_days": Shape("Recovered within, owes nothing", "康复后免除期", "days", high=365),
    "home_exemptions": Shape("Serve it at home", "可居家执行者", codes=v.EXEMPTIONS),
    "central_exemptions": Shape("Serve it centrally", "须集中执行者", codes=v.EXEMPTIONS),
    "waived_for": Shape("Owe nothing", "免除者", codes=v.EXEMPTIONS),
    "longer_after": Shape("Lasts longer after", "延长条件", codes=DOSE_DUTIES),
    "longer_days": Shape("Then lasts", "延长后时长", "days", low=1, high=90),
    "only_for": Shape("Only for", "仅适用于", codes=v.EXEMPTIONS),
    "not_for": Shape("Not for", "不适用于", codes=v.EXEMPTIONS),
    "until_days": Shape("Still owed up to", "最迟", "days", low=1, high=60),
    "occupations": Shape("Occupations", "岗位", codes=OCCUPATIONS),
    "first_day": Shape("From day", "起始日", "days", high=60),
    "topic": Shape("Topic", "事项", codes=TOPICS),
    "duty": Shape("Duty", "事项", codes=LIMIT_DUTIES),
    "subject": Shape("About", "对象", codes=SUBJECTS),
    "hours": Shape("Within", "时限", "hours", high=720),
    "responsible": Shape("Responsible", "责任单位", codes=POSTS),
    "risk_level": Shape("Level", "等级", codes=v.RISK_LEVELS),
    "came_from": Shape("Only after level", "仅适用于由此等级降级", codes=v.RISK_LEVELS),
    "entry": Shape("Entry by", "划定依据", codes=ENTRIES),
    "restarts_on": Shape("Clock restarts by", "重新计时依据", codes=ENTRIES),
    "is_restarted_by_managed": Shape("Restarted by cases found in quarantine", "隔离中发现者也重新计时"),
    "clean_days": Shape("Days without a new case", "无新增天数", "days", high=120),
    "has_closing_round": Shape("All must test negative at the end", "收尾轮次须全员阴性"),
    "closing_round_hours": Shape("Closing round within the last", "收尾轮次窗口（末）", "hours", high=240),
    "next_level": Shape("Then", "此后等级", codes=v.RISK_LEVELS),
    "entry_tier": Shape("Entry by counts of each", "按病例数划定的区划", codes=v.TIERS),
    "entry_window_days": Shape("Counted within", "计数期", "days", low=1, high=60),
    "entry_min_cases": Shape("Cases in all at least", "累计病例不少于", "cases", high=10_000),
    "entry_cluster_cases": Shape("Linked cases at least", "聚集性病例不少于", "cases", high=1_000),
    "occupation": Shape("Occupation", "岗位", codes=OCCUPATIONS),
    "every_days": Shape("Test every", "检测间隔", "days", low=1, high=60),
    "trigger": Shape("Begun by", "启动依据", codes=TRIGGERS),
    "tier": Shape("Everybody of the", "覆盖范围", codes=v.TIERS),
    "clean_rounds": Shape("Rounds in a row that find nobody", "连续无检出轮次", "rounds", low=1, high=30),
    "within_hours": Shape("A round is done within", "每轮完成时限", "hours", low=1, high=720),
    "first_after_days": Shape("First round after", "首轮开始于", "days", high=30),
    "gap_days": Shape("Then a gap of", "此后间隔", "days", high=60),
    "further_rounds": Shape("Rounds after a gap", "间隔后轮次", "rounds", high=10),
    "population_from": Shape("From a population of", "人口不少于", "persons", high=100_000_000),
    "population_below": Shape("Below a population of", "人口少于", "persons", low=1, high=100_000_000),
    "first_days": Shape("Daily on the first", "首段每日检测", "days", high=30),
    "origin": Shape("Came from", "来源", codes=ORIGINS),
    "lookback_days": Shape("Left it within the last", "离开来源地不超过", "days", high=60),
    "positive_below_ct": Shape("Ct counts as positive below", "视为阳性的Ct值上限", "cycles", high=50),
    "n_tests": Shape("Negative tests", "阴性检测次数", "tests", high=5),
    "gap_hours": Shape("Between tests", "检测间隔", "hours", high=240),
    "earliest_days": Shape("Not before day", "最早", "days", high=60),
    "min_ct_value": Shape("Ct counts as negative from", "视为阴性的Ct值", "cycles", high=50),
    "needs_recovery": Shape("Only at recovery", "康复后方可解除"),
    "severities": Shape("Severity", "临床分型", codes=SEVERITIES),
    "target_set": Shape("Set", "目标集"),
    "day": Shape("By day", "截止日", "day", high=365),
    "numerator": Shape("Measure", "指标", codes=NUMERATORS),
    "limit": Shape("At most", "不超过", high=100_000),
    "is_stock": Shape("Read at an instant", "时点指标"),
    "is_action": Shape("An action", "行动指标"),
}
_BY_KIND: dict[tuple[str, str], Shape] = {
    ("time_limit", "counted_from"): Shape("Counted from", "起算点", codes=LIMIT_ANCHORS),
    ("risk_level", "counted_from"): Shape("Clock runs from", "计时起点", codes=CLOCK_ANCHORS),
    ("round", "every_days"): Shape("Next round after", "轮次间隔", "days", low=1, high=60),
    ("discharge", "counted_from"): Shape("Counted from", "起算点", codes=DISCHARGE_ANCHORS),
    ("prophylaxis", "counted_from"): Shape("Counted from", "起算点", codes=EXPOSURE_ANCHORS),
    ("prophylaxis", "within_hours"): Shape("Due within", "时限", "hours", low=1, high=720),
    ("prophylaxis", "duty"): Shape("Dose", "预防措施", codes=DOSE_DUTIES),
    ("end", "counted_from"): Shape("Counted from the last case's", "自末例起算", codes=END_ANCHORS),
}
RULE_KIND_NAMES: dict[str, tuple[str, str]] = {
    "case_definition": ("Case definition", "病例定义"),
    "window": ("Infectious window", "可追溯窗口"),
    "contact": ("Contact rule", "接触判定规则"),
    "setting": ("Ranking by setting", "按场所类型排序"),
    "stage": ("Management stage", "管理阶段"),
    "time_limit": ("Time limit", "时限"),
    "risk_level": ("Risk level", "风险等级"),
    "rhythm": ("Testing rhythm", "检测频次"),
    "round": ("Test rounds of an area", "区域全员检测轮次"),
    "arrival": ("Arrivals", "来返人员"),
    "prophylaxis": ("Prophylaxis", "暴露后预防"),
    "exclusion": ("Off work", "暂停上岗"),
    "discharge": ("Discharge", "出院标准"),
    "end": ("End of the outbreak", "疫情结束"),
    "target": ("Target", "目标"),
    "absence": ("Not determined", "不作规定"),
}
UNITS: dict[str, tuple[str, str]] = {
    "days": ("days", "天"),
    "day": ("(days of the stage or set)", "（第几日）"),
    "hours": ("hours", "小时"),
    "minutes": ("minutes", "分钟"),
    "tests": ("tests", "次"),
    "times": ("times", "次"),
    "cases": ("cases", "例"),
    "rounds": ("rounds", "轮"),
    "rows": ("rows", "排"),
    "persons": ("persons", "人"),
    "cycles": ("cycles", "循环"),
    "percent": ("per cent", "%"),
}


def shape_of(kind: str, field: str) -> Shape:
    """The shape of a rule kind's field; KeyError for one that does not exist."""
    return _BY_KIND.get((kind, field)) or _BY_NAME[field]


def shapes() -> dict[tuple[str, str], Shape]:
    """Every field of every kind of rule, beyond those of all rules, with its shape."""
    return {
        (kind, name): shape_of(kind, name) for kind, cls in RULE_KINDS.items() for name in rule_fields(cls)
    }
