"""Visits: a person at a place during a half-open interval."""

from lastcase.core.facts.field import Code, Table, code, instant, number, reference, text

VISIT_SOURCES = (
    Code("interview", "Interview", "流调", ()),
    Code("check_in", "Check-in", "扫码", ("scan", "qr")),
    Code("ticket", "Ticket", "票务", ("seat",)),
    Code("roster", "Roster", "名册", ()),
    Code("diary", "Diary", "自述轨迹", ()),
)

VISITS = Table(
    name="visits",
    en="Visits",
    zh="活动轨迹",
    import_kind="visits",
    retention="trajectory",
    about_en="A person was at a place from `start_at` up to but not including `end_at`.",
    about_zh="某人自开始时刻起、至结束时刻前（不含）在某场所。",
    key=("person_id", "place_id", "start_at"),
    person_fields=("person_id",),
    fields=(
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        reference("place_id", "places", "Place", "场所", "venue", is_required=True, personal="quasi"),
        instant(
            "start_at",
            "From",
            "开始",
            "start",
            "arrival",
            "check in",
            "开始时间",
            "到达时间",
            is_required=True,
            personal="sensitive",
        ),
        instant(
            "end_at",
            "Until",
            "结束",
            "end",
            "departure",
            "check out",
            "to",
            "结束时间",
            "离开时间",
            is_required=True,
            personal="sensitive",
            date_only="end",
        ),
        text(
            "unit",
            "Floor, carriage, row or ward",
            "楼层、车厢、排或病区",
            "carriage",
            "seat",
            "room",
            "车厢",
            "车厢号",
        ),
        number("precision_min", "Precision of the times", "时间精度", unit="min", low=0),
        code("visit_source", "Kind of source", "来源类别", VISIT_SOURCES),
    ),
)
