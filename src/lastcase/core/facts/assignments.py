"""What posts do with single duties, many at a time: assign them to a post, postpone them.

Each row names a duty by what makes its key, and the batch that wrote it.
"""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Field, Table, code, instant, integer, reference, text

DUTY_KEY = ("person_id", "duty_kind", "rule", "episode", "ordinal", "edition")
"""Columns that name one duty, in the order of the answers' own key."""


def _duty() -> tuple[Field, ...]:
    return (
        reference("person_id", "persons", "Person", "人员", is_required=True, personal="quasi"),
        code("duty_kind", "Duty", "事项", v.DUTY_KINDS, is_required=True),
        text("rule", "Rule", "规则", is_required=True),
        integer("episode", "Episode", "病程序号", is_required=True),
        integer("ordinal", "Ordinal", "序号", is_required=True),
        text("edition", "Edition", "方案版本", is_required=True),
    )


ASSIGNMENTS = Table(
    name="assignments",
    en="Assignments",
    zh="派单",
    import_kind=None,
    about_en="A duty given to a post to be done; a later assignment replaces an earlier one.",
    about_zh="将应办事项派给岗位；后派者替代先派者。",
    key=DUTY_KEY,
    person_fields=("person_id",),
    fields=(
        *_duty(),
        integer("post_id", "Post id", "岗位编号", is_required=True),
        text("post", "Post", "岗位", is_required=True),
        instant("assigned_at", "Assigned", "派单时间", is_required=True),
        text("assigned_by", "Assigned by", "派单人", is_required=True),
        text("batch_id", "Batch", "批次", is_required=True),
    ),
)
POSTPONEMENTS = Table(
    name="postponements",
    en="Postponements",
    zh="延后",
    import_kind=None,
    about_en="A duty postponed until an instant by a named post, with its reason; the last one stands.",
    about_zh="由具名岗位将应办事项延后至某时并说明理由；后者替代前者。",
    key=DUTY_KEY,
    person_fields=("person_id",),
    fields=(
        *_duty(),
        instant("until_at", "Until", "延后至", is_required=True),
        text("reason", "Reason", "理由", is_required=True),
        instant("signed_at", "Signed", "签署时间", is_required=True),
        text("signed_by", "Signed by", "签署人", is_required=True),
        text("batch_id", "Batch", "批次", is_required=True),
    ),
)
