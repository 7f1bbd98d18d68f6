"""Receipts: when each source last delivered, and up to when its data reach."""

from lastcase.core.facts.field import Table, instant, integer, text

RECEIPTS = Table(
    name="receipts",
    en="Receipts",
    zh="数据接收",
    import_kind=None,
    retention="permanent",
    about_en="One row a delivery of a feed: which table it fills and up to which instant its data reach.",
    about_zh="每次数据接收一行：所填的表及数据截止时刻。",
    key=("receipt_id",),
    fields=(
        text("receipt_id", "Receipt id", "接收编号", is_required=True),
        text("feed", "Feed", "数据源", is_required=True),
        text("table_name", "Table", "数据表", is_required=True),
        instant("received_at", "Received", "接收时间", is_required=True),
        instant("data_until_at", "Data until", "数据截止"),
        integer("n_rows", "Rows", "行数", unit="rows", low=0),
    ),
)

ACT_FEED = "act"
"""The feed of what posts sign in the house itself: no source delivered, so it covers no kind of duty."""
