"""Published counts and other sourced indicators: a number, of an area, for a day."""

from lastcase.core.facts.field import Table, date, instant, number, reference, text

COUNTS = Table(
    name="counts",
    en="Published counts",
    zh="公布数据",
    import_kind="counts",
    retention="permanent",
    about_en="One row a sourced number: an indicator of an area for a local day (00:00 to 24:00) or at its end. "
    "A day without a row is not known; it is never zero.",
    about_zh="每个有来源的数字一行：某地某日（0时至24时）或日终的指标。无记录即未知，绝不视为零。",
    key=("area_id", "indicator", "counted_on"),
    area_fields=("area_id",),
    fields=(
        reference("area_id", "areas", "Area", "区划", "area_code", is_required=True),
        text("indicator", "Indicator", "指标", "measure", is_required=True),
        date("counted_on", "Day", "日期", "date", "as_of_end_of_day", is_required=True),
        number("value", "Value", "数值", "count", "n"),
        text("source_text", "Source", "来源", "source", "source_url"),
        text("note", "Note", "备注", "basis", "remark"),
        instant("published_at", "Published", "公布时间"),
    ),
)
