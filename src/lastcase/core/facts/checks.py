"""Checks: what a worker found at the door or on the telephone, attempts and refusals included."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, boolean, code, instant, number, reference, text

CHECK_OUTCOMES = (
    Code("done", "Done", "已完成", ("ok", "yes", "completed")),
    Code("not_found", "Not found", "未遇", ("absent", "not home")),
    Code("refused", "Refused", "拒绝", ()),
    Code("lost", "Lost to follow-up", "失访", ()),
)
CHECK_MODES = (
    Code("visit", "Visit", "上门", ("home visit",)),
    Code("phone", "Telephone", "电话", ("call",)),
    Code("video", "Video", "视频", ()),
)

CHECKS = Table(
    name="checks",
    en="Checks",
    zh="健康监测与随访",
    import_kind="checks",
    about_en="One row an encounter or an attempt, for the duty kind it served: monitoring, an interview, a test.",
    about_zh="每次随访或尝试一行，注明所对应的事项：监测、流调、检测等。",
    key=("check_id",),
    person_fields=("person_id",),
    fields=(
        text("check_id", "Check id", "随访编号", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code("duty_kind", "For", "事项", v.DUTY_KINDS, "purpose", is_required=True),
        instant("checked_at", "When", "时间", "date", "check date", is_required=True),
        code("check_outcome", "Outcome", "结果", CHECK_OUTCOMES, "outcome", "status", is_required=True),
        code("mode", "How", "方式", CHECK_MODES, "method"),
        boolean("has_symptoms", "Symptoms", "有无症状", "symptoms", personal="sensitive"),
        number(
            "temperature_c", "Temperature", "体温", "temp", unit="°C", low=30, high=45, personal="sensitive"
        ),
        text("note", "Note", "备注", "remarks", personal="sensitive"),
    ),
)
