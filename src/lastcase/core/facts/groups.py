"""Counts of unnamed exposed persons: "about 30 on the bus"."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Table, boolean, code, instant, integer, reference, text

EXPOSED_GROUPS = Table(
    name="exposed_groups",
    en="Unnamed exposed groups",
    zh="未具名暴露人群",
    import_kind="groups",
    about_en="People known to have been exposed whose names are not known yet.",
    about_zh="已知受暴露但尚未查明姓名的人群。",
    key=("group_id",),
    person_fields=("case_person_id",),
    area_fields=("area_id",),
    fields=(
        text("group_id", "Group id", "人群编号", "group no", "group number", is_required=True),
        reference(
            "case_person_id",
            "persons",
            "Case",
            "病例",
            "case id",
            "index case",
            "病例编号",
            "指示病例",
            is_required=True,
            personal="quasi",
        ),
        text(
            "description", "Description", "描述", "group", "who", "人群", "人群描述", "说明", is_required=True
        ),
        code("setting", "Setting", "场所类型", v.SETTINGS, "type of exposure", "暴露场所"),
        integer(
            "n_exposed",
            "Persons exposed",
            "暴露人数",
            "number exposed",
            "number of persons",
            "persons",
            "people",
            "headcount",
            "人数",
            "估计人数",
            unit="persons",
            low=1,
            is_required=True,
        ),
        boolean(
            "is_estimate", "Is an estimate", "是否估计", "estimate", "estimated", "approximate", "是否约数"
        ),
        instant(
            "exposed_at",
            "Exposed",
            "暴露时间",
            "date of exposure",
            "exposure date",
            "exposure time",
            "暴露日期",
        ),
        reference("place_id", "places", "Place", "场所", "place name", "location", "地点"),
        reference("area_id", "areas", "Area", "区划", "area_code", "county", "县区"),
    ),
)
