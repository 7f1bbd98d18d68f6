"""Arrivals: people who came from abroad or from a risk area."""

from lastcase.core.facts.field import Code, Table, code, instant, reference, text

ORIGINS = (
    Code("abroad", "Abroad", "境外", ("overseas", "international")),
    Code("high", "High-risk area", "高风险区", ("高风险",)),
    Code("medium", "Medium-risk area", "中风险区", ("中风险",)),
    Code("low", "Low-risk area", "低风险区", ("低风险",)),
    Code("city_spreading", "City with spread, areas not yet set", "有社区传播、未划定风险区的城市"),
    Code("city_quiet", "City with cases and no spread, areas not yet set", "无社区传播、未划定风险区的城市"),
)

ARRIVALS = Table(
    name="arrivals",
    en="Arrivals",
    zh="来返人员",
    import_kind="arrivals",
    about_en="A person arrived; from where, when they left it and how decide what is owed.",
    about_zh="人员抵达；其来源地、离开时间与方式决定管理措施。",
    key=("arrival_id",),
    person_fields=("person_id",),
    area_fields=("to_area_id",),
    fields=(
        text("arrival_id", "Arrival id", "抵达编号", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code("origin", "Came from", "来源", ORIGINS, "origin", "risk level", is_required=True),
        text("from_name", "Country or area", "国家或地区", "country", "from"),
        instant("left_at", "Left there", "离开时间", "departure"),
        instant("arrived_at", "Arrived", "抵达时间", "arrival", "arrival date", is_required=True),
        reference("to_area_id", "areas", "Arrived in", "抵达区划", "to"),
        text("transport", "Flight, train or car", "交通方式", "flight", "train"),
        text("seat", "Seat", "座位", personal="quasi"),
    ),
)
