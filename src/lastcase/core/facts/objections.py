"""Objections: what a person, or somebody on the person's behalf, disputes of the record, and how that ended."""

from lastcase.core.facts.field import Code, Table, code, instant, reference, text

ABOUT = (
    Code("visit", "A visit", "到访", ("check-in", "check in", "轨迹", "扫码")),
    Code("contact", "An exposure to a case", "与病例的暴露", ("exposure", "judgement", "暴露", "判定")),
    Code("order", "An order", "管理措施", ("measure", "措施")),
)
RAISED_BY = (
    Code("person", "The person", "本人", ("self", "herself", "himself")),
    Code("relative", "A relative", "家属", ("family", "亲属")),
    Code("representative", "A representative", "代理人", ("lawyer", "guardian", "监护人", "律师")),
    Code("staff", "Staff who noticed it", "工作人员发现", ("officer", "工作人员")),
)
DECISIONS = (
    Code("upheld", "Upheld", "异议成立", ("accepted", "成立", "采纳")),
    Code("rejected", "Rejected", "异议不成立", ("dismissed", "不成立", "驳回")),
    Code("taken_back", "Taken back", "已撤回", ("withdrawn", "撤回")),
)

OBJECTIONS = Table(
    name="objections",
    en="Objections",
    zh="异议",
    import_kind="objections",
    retention="outbreak",
    about_en="Somebody disputes a visit, an exposure or an order on record of a person; open until it is decided or "
    "taken back, with the reason. What is disputed counts until then.",
    about_zh="对某人在册的到访、暴露或管理措施提出的异议；在作出决定或撤回（均附理由）之前为待处理，其间所争议的内容仍然有效。",
    key=("objection_id",),
    person_fields=("person_id", "case_person_id"),
    fields=(
        text("objection_id", "Objection id", "异议编号", "objection no", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code("about", "About", "异议事项", ABOUT, "what is disputed", "subject", "事项", is_required=True),
        reference("place_id", "places", "Place of the visit", "到访场所", "place", "场所", personal="quasi"),
        instant("start_at", "Start of the visit", "到访开始", "visit start", personal="sensitive"),
        reference("case_person_id", "persons", "Case of the exposure", "暴露病例", "case", personal="quasi"),
        text("order_key", "Order: rule, episode and edition", "管理措施：规则、病程与版本", "order", "措施"),
        instant("raised_at", "Raised", "提出时间", "date raised", "received", "提出日期", is_required=True),
        code("raised_by", "Raised by", "提出人", RAISED_BY, "channel", "提出途径", is_required=True),
        text(
            "statement",
            "What is disputed, and why",
            "异议内容及理由",
            "objection",
            "text",
            "异议内容",
            is_required=True,
            personal="sensitive",
        ),
        instant("decided_at", "Decided", "决定时间", "date decided", "决定日期"),
        code("decision", "Decision", "处理结果", DECISIONS, "outcome", "结果"),
        text("decided_by", "Decided by", "决定人"),
        text("note", "Reason of the decision", "决定理由", "reason", "理由", personal="sensitive"),
    ),
)
