"""Counts of unnamed exposed persons: "about 30 on the bus"."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Table, boolean, code, instant, integer, reference, text

EXPOSED_GROUPS = Table(
    name="exposed_groups",
    en="Unnamed exposed groups",
    zh="未具名暴露人群",
    import_kind=None,
    about_en="People known to have been exposed whose names are not known yet.",
    about_zh="已知受暴露但尚未查明姓名的人群。",
    key=("group_id",),
    person_fields=("case_person_id",),
    area_fields=("area_id",),
    fields=(
        text("group_id", "Group id", "人群编号", is_required=True),
        reference("case_person_id", "persons", "Case", "病例", is_required=True, personal="quasi"),
        text("description", "Description", "描述", is_required=True),
        code("setting", "Setting", "场所类型", v.SETTINGS),
        integer("n_exposed", "Persons exposed", "暴露人数", unit="persons", low=1, is_required=True),
        boolean("is_estimate", "Is an estimate", "是否估计"),
        instant("exposed_at", "Exposed", "暴露时间"),
        reference("place_id", "places", "Place", "场所"),
        reference("area_id", "areas", "Area", "区划"),
    ),
)
