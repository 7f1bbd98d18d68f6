"""Risk areas: each stay of a listed area at a level, decided or published, with its lineage."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, code, instant, integer, reference, text

LISTS = (
    Code("decided", "Decided", "决定", ()),
    Code("published", "Published", "公布", ("list", "national list")),
)
LINEAGES = (
    Code("new", "New", "新划定", ()),
    Code("split", "Split from others", "拆分", ()),
    Code("merged", "Merged from others", "合并", ()),
    Code("unknown", "Not known", "不明", ("re-drawn",)),
)

RISK_AREAS = Table(
    name="risk_areas",
    en="Risk areas",
    zh="风险区",
    import_kind="risk-areas",
    about_en="One row an unbroken stay of one risk area at one level, from `start_at` up to `end_at` (empty: stands). "
    "`end_at` is when it was first seen gone or changed.",
    about_zh="每个风险区在某一等级的一段连续时间一行；结束时刻为首次发现其消失或变更之时（空：仍在）。",
    key=("risk_area_id", "list_kind", "start_at"),
    area_fields=("area_id",),
    fields=(
        text("risk_area_id", "Risk area id", "风险区编号", "area_id", "zone", is_required=True),
        text("name", "Name", "名称", "subdistrict", "subdistrict_zh", "zone name"),
        reference("area_id", "areas", "Area", "所在区划", "county_code", "area_code", is_required=True),
        code("list_kind", "Decided or published", "决定或公布", LISTS, is_required=True),
        code("risk_level", "Level", "等级", v.RISK_LEVELS, "level", is_required=True),
        instant("start_at", "From", "开始", "first_seen", "designated", is_required=True),
        instant("end_at", "Until", "结束", "gone_or_changed_by", "released"),
        code("next_level", "Next level", "此后等级", v.RISK_LEVELS, "next_level"),
        text("predecessor_ids", "Drawn from", "来自", "predecessors"),
        code("lineage", "Lineage", "沿革", LINEAGES),
        text("reason", "Reason", "理由"),
        integer("population", "Residents", "居民数", unit="persons", low=0),
    ),
)

RISK_AREA_EXTENTS = Table(
    name="risk_area_extents",
    en="Extents of risk areas",
    zh="风险区范围",
    import_kind=None,
    about_en="Which areas of the tree, or which places, a risk area covers: its residents are the roster of a round.",
    about_zh="风险区覆盖的行政区或场所；其居民即核酸轮次名册。",
    key=("risk_area_id", "area_id", "place_id"),
    area_fields=("area_id",),
    fields=(
        text("risk_area_id", "Risk area id", "风险区编号", is_required=True),
        reference("area_id", "areas", "Area covered", "覆盖区划"),
        reference("place_id", "places", "Place covered", "覆盖场所"),
    ),
)
