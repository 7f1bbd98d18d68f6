"""Areas: the tree of administrative units, nation to grid cell."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Table, code, integer, number, reference, text

AREAS = Table(
    name="areas",
    en="Areas",
    zh="行政区",
    import_kind="areas",
    is_global=True,
    retention="permanent",
    about_en="The tree of areas; every area but the first names its parent.",
    about_zh="行政区树；除最上级外，每个行政区注明上级。",
    key=("area_id",),
    fields=(
        text("area_id", "Area code", "区划代码", "code", "area_code", "adcode", "代码", is_required=True),
        text("name_en", "Name in English", "英文名", "name", "area", "english name"),
        text("name_zh", "Name in Chinese", "中文名", "chinese name", "名称"),
        code("tier", "Tier", "层级", v.TIERS, "level", "admin level", is_required=True),
        reference("parent_id", "areas", "Parent area", "上级区划", "parent_code", "parent"),
        integer("population", "Population", "人口", "pop", "population_2020_census", unit="persons", low=0),
        number("longitude", "Longitude", "经度", "lon", "lng", unit="degrees", low=-180, high=180),
        number("latitude", "Latitude", "纬度", "lat", unit="degrees", low=-90, high=90),
    ),
)
