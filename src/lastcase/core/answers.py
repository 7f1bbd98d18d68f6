"""The answers: what `derive` makes of facts and editions, as tables declared like facts.

Answers hold instants, never clock states: whether a duty is due, overdue or done at `as_of` is read off its
instants by `duties.clocks.states_at`, so a tick of the clock rewrites nothing. Keys are made of outbreak,
person, edition, rule, episode and ordinal, never of a date that a correction may move.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, boolean, code, instant, integer, number, reference, text

VERDICTS = (
    Code("pending", "Candidate, before an investigator", "候选，待判定"),
    Code("accepted", "Counts", "成立"),
    Code("copresent", "Co-present only", "仅时空伴随"),
    Code("ruled_out", "Ruled out", "排除"),
)
EXPOSURE_SOURCES = (
    Code("named", "Named", "登记"),
    Code("household", "Same home", "同住"),
    Code("visit", "Visits overlapped", "轨迹重叠"),
)
CLOSE_REASONS = (
    Code("became_case", "Became a case", "转为病例"),
    Code("released", "Released", "已解除"),
    Code("lapsed", "Lapsed at the latest end", "到最长期限失效"),
    Code("recovered", "Recovered", "已康复"),
    Code("died", "Died", "死亡"),
    Code("handed_over", "Handed over", "已移交"),
    Code("discarded", "Case discarded", "病例排除"),
    Code("exposure_removed", "Exposure removed", "暴露撤销"),
    Code("exempt", "Exempt", "豁免"),
    Code("merged", "Merged with another order", "并入其他管理"),
)
_KEY = text("key", "Key", "键", is_required=True)
_PERSON = reference("person_id", "persons", "Person", "人员", personal="quasi")
_NAMING = reference("area_id", "areas", "Area that names", "登记区划")
_RULE = text("rule", "Rule", "规则", is_recurring=True)
_EDITION = text("edition", "Edition", "方案版本", is_recurring=True)
_BECAUSE = text("because", "Because", "依据")
_GROUNDS = text("grounds", "Facts", "依据事实")

EXPOSURES = Table(
    name="exposures",
    en="Exposures",
    zh="暴露",
    about_en="Found exposures of persons to cases, with their verdict.",
    about_zh="发现的暴露及其判定。",
    key=("key",),
    person_fields=("person_id", "case_person_id"),
    fields=(
        _KEY,
        _PERSON,
        reference("case_person_id", "persons", "Exposed to", "暴露于", personal="quasi"),
        integer("episode", "Episode of the case", "病程序号"),
        integer("order", "Ring", "圈层"),
        code("setting", "Setting", "场所类型", v.SETTINGS),
        code("relation", "Relation", "关系", v.RELATIONS),
        instant("start_at", "First exposure", "首次暴露"),
        instant("end_at", "Last exposure", "末次暴露"),
        boolean("is_open", "Not yet separated", "尚未分开"),
        number("minutes_least", "Minutes, least", "最少分钟", unit="min"),
        number("minutes_most", "Minutes, most", "最多分钟", unit="min"),
        code("exposure_source", "Found by", "来源", EXPOSURE_SOURCES),
        text("source_id", "Fact", "事实编号"),
        text("category", "Category", "类别", is_recurring=True),
        code("verdict", "Verdict", "判定", VERDICTS),
        text("reason", "Reason", "理由", is_recurring=True),
        instant("found_at", "Found", "发现时间"),
        instant("judge_by_at", "To be judged by", "判定时限"),
        instant("judged_at", "Judged", "判定时间"),
        _NAMING,
        _RULE,
        _EDITION,
    ),
)
CONTACT_PERSONS = Table(
    name="contact_persons",
    en="Contacts",
    zh="密接与次密接",
    about_en="Persons under a category, with its clock.",
    about_zh="各类管理对象及其时限。",
    key=("key",),
    person_fields=("person_id",),
    fields=(
        _KEY,
        _PERSON,
        code("category", "Category", "类别", v.CATEGORIES),
        integer("n_exposures", "Exposures", "暴露次数"),
        reference("via_person_id", "persons", "Latest exposure to", "末次暴露于", personal="quasi"),
        instant("first_exposure_at", "First exposure", "首次暴露"),
        instant("last_exposure_at", "Last exposure", "末次暴露"),
        boolean("is_open", "Not yet separated", "尚未分开"),
        instant("named_at", "Known since", "知悉时间"),
        instant("ends_at", "Follow-up ends", "管理结束"),
        instant("closed_at", "Closed", "终止时间"),
        code("closed_reason", "Why closed", "终止原因", CLOSE_REASONS),
        _NAMING,
        _EDITION,
    ),
)
ORDERS = Table(
    name="orders",
    en="Orders",
    zh="管理措施",
    about_en="Stages that bind a person: where, from when, until when.",
    about_zh="对人员的管理阶段：地点、起止。",
    key=("key",),
    person_fields=("person_id",),
    fields=(
        _KEY,
        _PERSON,
        code("category", "Category", "类别", v.CATEGORIES),
        integer("episode", "Episode", "病程序号"),
        integer("ordinal", "Stage", "阶段"),
        code("place_kind", "Where", "地点", v.STAY_KINDS),
        boolean("is_restrictive", "Binds movement", "限制活动"),
        instant("issued_at", "Issued", "下达"),
        instant("starts_at", "From", "开始"),
        instant("ends_at", "Scheduled end", "预定结束"),
        instant("cap_at", "Latest end", "最迟结束"),
        instant("released_at", "Conditions met", "满足解除条件"),
        instant("closed_at", "Closed", "终止"),
        code("closed_reason", "Why closed", "终止原因", CLOSE_REASONS),
        boolean("needs_release_test", "Needs a release test", "需解除检测"),
        reference("via_person_id", "persons", "Latest exposure to", "末次暴露于", personal="quasi"),
        instant("last_exposure_at", "Last exposure", "末次暴露"),
        _NAMING,
        _RULE,
        _EDITION,
        _GROUNDS,
    ),
)
DUTIES = Table(
    name="duties",
    en="Duties",
    zh="应办事项",
    about_en="Who owes what by when, under which clause, and why.",
    about_zh="谁应在何时前做什么、依据何条款、为什么。",
    key=("key",),
    person_fields=("person_id",),
    fields=(
        _KEY,
        _PERSON,
        code("kind", "Duty", "事项", v.DUTY_KINDS),
        code("category", "Category", "类别", v.CATEGORIES),
        integer("episode", "Episode", "病程序号"),
        integer("ordinal", "Ordinal", "序号"),
        text("place_kind", "Where", "地点", is_recurring=True),
        text("specimen_kinds", "Specimen", "标本", is_recurring=True),
        boolean("is_release", "For release", "解除检测"),
        instant("issued_at", "Since", "产生时间"),
        instant("opens_at", "From", "开始"),
        instant("due_at", "Due", "时限"),
        instant("fulfilled_at", "Done", "完成时间"),
        text("evidence", "Evidence", "佐证"),
        instant("offered_at", "Offered", "通知检测"),
        instant("sampled_at", "Sampled", "采样"),
        instant("inconclusive_at", "Inconclusive", "结果不确定"),
        instant("attempted_at", "Attempted", "尝试时间"),
        text("attempt_outcome", "Attempt", "尝试结果", is_recurring=True),
        instant("exempt_at", "Exempt from", "豁免时间"),
        text("exempt_reason", "Exempt because", "豁免理由"),
        instant("handed_over_at", "Handed over", "移交时间"),
        instant("closed_at", "Ended", "终止时间"),
        code("closed_reason", "Why ended", "终止原因", CLOSE_REASONS),
        text("responsible", "Responsible post", "责任岗位", is_recurring=True),
        reference("area_id", "areas", "Held by area", "责任区划"),
        _RULE,
        text("order_rule", "Rule of the order", "所属措施规则", is_recurring=True),
        text("limit_rule", "Rule of the limit", "时限规则", is_recurring=True),
        text("counted_from", "Limit counts from", "时限起算", is_recurring=True),
        instant("counted_at", "Limit counts from", "时限起算时间"),
        instant("postponed_at", "Postponed", "延后时间"),
        instant("postponed_until_at", "Postponed until", "延后至"),
        text("postponed_reason", "Postponed because", "延后理由"),
        integer("urgency", "Order to close", "补缺次序"),
        integer("ring", "Ring", "圈层"),
        _EDITION,
        _GROUNDS,
    ),
)
RISK_AREA_CLOCKS = Table(
    name="risk_area_clocks",
    en="Clocks of risk areas",
    zh="风险区时钟",
    about_en="Each standing stay of a risk area with its clock and what is needed for its release.",
    about_zh="各风险区当前等级的时钟及解除所需条件。",
    key=("key",),
    area_fields=("area_id",),
    fields=(
        _KEY,
        text("risk_area_id", "Risk area", "风险区"),
        text("name", "Name", "名称"),
        reference("area_id", "areas", "Area", "区划"),
        text("list_kind", "List", "名单", is_recurring=True),
        code("risk_level", "Level", "等级", v.RISK_LEVELS),
        instant("start_at", "From", "开始"),
        instant("end_at", "Until", "结束"),
        code("next_level", "Next level", "此后等级", v.RISK_LEVELS),
        instant("clock_from_at", "Clock runs from", "计时起点"),
        instant("clean_at", "Clean days end", "满足天数时间"),
        instant("round_from_at", "Round from", "核酸轮次起"),
        integer("n_roster", "Roster", "名册人数"),
        integer("n_negative", "Negative", "阴性人数"),
        integer("n_blocking", "Still blocking", "尚缺人数"),
        instant("round_met_at", "Round complete", "轮次完成"),
        instant("release_at", "May be released", "可解除时间"),
        boolean("is_early_exit", "Left before its clock", "早于时钟"),
        text("lineage", "Lineage", "沿革", is_recurring=True),
        _RULE,
        _EDITION,
        _BECAUSE,
    ),
)
AREA_BLOCKERS = Table(
    name="area_blockers",
    en="Who stands before a release",
    zh="阻碍解除的人员",
    about_en="Residents without a conclusive negative test in the closing round, with why.",
    about_zh="收尾轮次中无明确阴性结果的居民及原因。",
    key=("key",),
    person_fields=("person_id",),
    fields=(
        _KEY,
        text("risk_area_id", "Risk area", "风险区"),
        _PERSON,
        text("reason", "Why", "原因", is_recurring=True),
        instant("since_at", "Since", "自"),
        _RULE,
        _EDITION,
    ),
)
AREA_PROPOSALS = Table(
    name="area_proposals",
    en="Proposed risk areas",
    zh="拟定风险区",
    about_en="Areas or places that a case, or the count of cases, proposes for a level; a decision is still needed.",
    about_zh="因病例居住、工作、活动或因病例数而建议划定的区域；仍需决定。",
    key=("key",),
    person_fields=("person_id",),
    area_fields=("area_id",),
    fields=(
        _KEY,
        reference("area_id", "areas", "Area", "区划"),
        reference("place_id", "places", "Place", "场所"),
        code("risk_level", "Level", "等级", v.RISK_LEVELS),
        _PERSON,
        text("reason", "Why", "原因", is_recurring=True),
        integer("n_cases", "Cases in all", "累计病例"),
        integer("n_recent", "Cases within the days", "计数期内病例"),
        integer("n_linked", "Linked cases among them", "其中关联病例"),
        instant("proposed_at", "Proposed", "提出时间"),
        _RULE,
        _EDITION,
    ),
)
DETECTIONS = Table(
    name="detections",
    en="Where cases were found",
    zh="病例检出类别",
    about_en="Per counted case: found in the community or under control, by the control in force at its specimen.",
    about_zh="各病例在采样时是否处于管控之中。",
    key=("key",),
    person_fields=("person_id",),
    area_fields=("area_id",),
    fields=(
        _KEY,
        _PERSON,
        integer("episode", "Episode", "病程序号"),
        code("case_status", "Status", "状态", v.CASE_STATUSES),
        text("detection", "Found", "检出", is_recurring=True),
        instant("found_at", "Found", "发现时间"),
        text("control", "Control in force", "当时管控"),
        reference("area_id", "areas", "Area", "区划"),
        _EDITION,
    ),
)
TEST_ROUNDS = Table(
    name="test_rounds",
    en="Test rounds",
    zh="全员检测轮次",
    about_en="Each test round of an area: from when to when, how many it asks for and reached, and what follows.",
    about_zh="各区域每轮全员检测：起止、应检与已检人数、检出及后续安排。",
    key=("key",),
    area_fields=("area_id",),
    fields=(
        _KEY,
        reference("area_id", "areas", "Area", "区划"),
        integer("series", "Series", "批次"),
        integer("ordinal", "Round", "轮次"),
        boolean("is_further", "After a gap", "间隔后轮次"),
        instant("start_at", "From", "开始"),
        instant("due_at", "Due", "时限"),
        integer("n_roster", "Persons on record", "在册人数"),
        integer("n_sampled", "Sampled", "已采样人数"),
        integer("n_found", "Cases found meanwhile that count", "期间检出（计入）"),
        integer("n_clean", "Rounds in a row without one", "连续无检出轮次"),
        instant("next_at", "Next round", "下一轮"),
        _RULE,
        _EDITION,
    ),
)

ANSWERS: dict[str, Table] = {
    table.name: table
    for table in (
        EXPOSURES,
        CONTACT_PERSONS,
        ORDERS,
        DUTIES,
        RISK_AREA_CLOCKS,
        AREA_BLOCKERS,
        AREA_PROPOSALS,
        DETECTIONS,
        TEST_ROUNDS,
    )
}
"""Every table of answers by name."""


IDENTITY: dict[str, tuple[str, ...]] = {
    "orders": ("person_id", "rule", "episode", "edition"),
    "duties": ("person_id", "kind", "rule", "episode", "ordinal", "edition"),
}
"""Columns that make the key of a row, and by which its frame is sorted, where these are not `key` itself."""


def identity_of(name: str) -> tuple[str, ...]:
    """The columns by which a row of a table of answers is known, and by which its frame is sorted."""
    return IDENTITY.get(name, ("key",))


def key_of(name: str) -> pl.Expr:
    """The key of a row of `orders` or `duties`."""
    # concat_str, not format: Polars 2.1 panics on format over a whole-number column that was joined and filtered.
    return pl.concat_str(*IDENTITY[name], separator="|")


def owner_column(table: Table) -> str | None:
    """The column that names what a row is about: a risk area, or else a person; None where neither is named."""
    return next((name for name in ("risk_area_id", "person_id") if name in table.columns), None)


def answer_schema(name: str) -> dict[str, pl.DataType]:
    """Polars schema of an answer table (no version columns: answers are re-derived)."""
    return {field.name: field.dtype for field in ANSWERS[name].fields}


@dataclass(frozen=True)
class Answers:
    """What `derive` returns: one frame a table of `ANSWERS`, each sorted by its key or by what makes it."""

    exposures: pl.DataFrame
    contact_persons: pl.DataFrame
    orders: pl.DataFrame
    duties: pl.DataFrame
    risk_area_clocks: pl.DataFrame
    area_blockers: pl.DataFrame
    area_proposals: pl.DataFrame
    detections: pl.DataFrame
    test_rounds: pl.DataFrame

    def frames(self) -> dict[str, pl.DataFrame]:
        """Frames by table name."""
        return {name: getattr(self, name) for name in ANSWERS}
