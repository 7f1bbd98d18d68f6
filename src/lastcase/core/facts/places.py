"""Places: where people meet, live, work, are treated or are kept apart."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Table, code, integer, number, reference, text

PLACES = Table(
    name="places",
    en="Places",
    zh="场所",
    import_kind="places",
    is_global=True,
    retention="permanent",
    about_en="Homes, workplaces, vehicles, wards, quarantine sites: anything a visit or a stay can name.",
    about_zh="住所、单位、交通工具、病房、隔离点等到访或停留所指的场所。",
    key=("place_id",),
    area_fields=("area_id",),
    fields=(
        text("place_id", "Place id", "场所编号", "place", "id", "venue id", is_required=True),
        text("name", "Name", "名称", "place name", "venue", "hospital", "场所名称", personal="quasi"),
        code("setting", "Setting", "场所类型", v.SETTINGS, "type", "place type", "类型"),
        reference("area_id", "areas", "Area", "所在区划", "area_code"),
        text("address", "Address", "地址", "street", personal="quasi"),
        integer("capacity", "Rooms or beds", "容量", "beds", "rooms", unit="persons", low=0),
        number(
            "longitude",
            "Longitude",
            "经度",
            "lon",
            "lng",
            unit="degrees",
            low=-180,
            high=180,
            personal="quasi",
        ),
        number("latitude", "Latitude", "纬度", "lat", unit="degrees", low=-90, high=90, personal="quasi"),
    ),
)
