"""Moves: transfers of a person, and hand-overs of a duty of care between areas."""

from lastcase.core.facts.field import Code, Table, code, instant, reference, text

MOVE_KINDS = (
    Code("to_quarantine", "To quarantine", "转隔离点", ("quarantine",)),
    Code("to_hospital", "To hospital", "转医院", ("hospital", "admission")),
    Code("hand_over", "Hand-over to another area", "跨区移交", ("handover",)),
    Code("home", "Home", "返家", ()),
)

MOVES = Table(
    name="moves",
    en="Transfers and hand-overs",
    zh="转运与移交",
    import_kind="moves",
    about_en="One row a move. A hand-over leaves the duty with the sender until the receiver signs.",
    about_zh="每次转运或移交一行。移交在接收方签收前，责任仍在发出方。",
    key=("move_id",),
    person_fields=("person_id",),
    area_fields=("from_area_id", "to_area_id"),
    fields=(
        text("move_id", "Move id", "转运编号", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code("move_kind", "Kind", "类别", MOVE_KINDS, "kind", "type", is_required=True),
        reference("from_area_id", "areas", "From area", "出发区划", "from"),
        reference("to_area_id", "areas", "To area", "到达区划", "to"),
        reference("to_place_id", "places", "To place", "到达场所", personal="quasi"),
        instant("requested_at", "Requested", "申请时间"),
        instant("departed_at", "Departed", "出发时间", "departure"),
        instant("arrived_at", "Arrived", "到达时间", "arrival"),
        instant("received_at", "Signed by the receiver", "接收签收时间", "received"),
        text("received_by", "Receiver", "接收人"),
    ),
)
