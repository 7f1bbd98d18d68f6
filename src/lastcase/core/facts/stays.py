"""Stays: a person kept apart or cared for at a place during a half-open interval."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Table, code, instant, reference, text

STAYS = Table(
    name="stays",
    en="Stays",
    zh="隔离与住院",
    import_kind="stays",
    about_en="Quarantine, isolation, hospital: from `start_at` up to but not including `end_at` (empty: still there).",
    about_zh="隔离、住院：自开始时刻起至结束时刻前（空：仍在）。",
    key=("stay_id",),
    person_fields=("person_id",),
    fields=(
        text("stay_id", "Stay id", "停留编号", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code(
            "stay_kind", "Kind", "类别", v.STAY_KINDS, "kind", "type", is_required=True, personal="sensitive"
        ),
        reference("place_id", "places", "Place", "场所", "site", "hospital", personal="quasi"),
        text("room", "Room or bed", "房间或床位", "bed"),
        instant("start_at", "From", "开始", "start", "admission", "check in", is_required=True),
        instant("end_at", "Until", "结束", "end", "discharge", "check out"),
    ),
)
