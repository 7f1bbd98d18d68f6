"""Decisions: acts signed by a named post that change what follows, each with its reason."""

from lastcase.core.facts.field import Code, Table, code, date, instant, reference, text

DECISION_KINDS = (
    Code("day0", "Day 0 of a target set", "目标第0日", ()),
    Code("extend_release", "Release extended", "延长解除", ()),
    Code("release_now", "Released now", "立即解除", ()),
    Code("exempt", "Exempted from a duty", "豁免", ()),
    Code("regrade", "Daily re-grading done", "当日风险区动态调整", ()),
    Code("case_status", "Status of the case decided", "病例状态认定", ()),
    Code("override_detection", "Where found, overridden", "检出类别更正", ()),
    Code("action_target", "Action target reached", "行动目标达成", ()),
    Code("same_person", "Two entries are one person", "两条登记为同一人", ()),
    Code("not_same_person", "Two entries are two persons", "两条登记非同一人", ()),
)

DECISIONS = Table(
    name="decisions",
    en="Decisions",
    zh="决定",
    import_kind=None,
    retention="permanent",
    about_en="A signed act of a post: the day 0 of a target set, an extension, an exemption. The last one stands.",
    about_zh="岗位签署的决定：目标第0日、延长、豁免等；后签者替代先签者。",
    key=("decision_id",),
    person_fields=("person_id",),
    area_fields=("area_id",),
    fields=(
        text("decision_id", "Decision id", "决定编号", is_required=True),
        code("decision_kind", "Kind", "类别", DECISION_KINDS, is_required=True),
        text("subject", "About", "事项"),
        reference("person_id", "persons", "Person", "人员", personal="quasi"),
        reference("area_id", "areas", "Area", "区划"),
        date("value_on", "Date decided", "决定日期值"),
        instant("until_at", "Until", "截至"),
        instant("signed_at", "Signed", "签署时间", is_required=True),
        text("signed_by", "Signed by", "签署人", is_required=True),
        text("reason", "Reason", "理由", is_required=True),
    ),
)
