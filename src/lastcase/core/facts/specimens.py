"""Specimens, pools and results: sampled, pooled, resulted are three different clocks."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, code, instant, integer, number, reference, text

PURPOSES = (
    Code("duty", "Owed test", "应检", ()),
    Code("screening", "Screening round", "筛查", ("mass testing",)),
    Code("diagnosis", "Diagnosis", "诊断", ("clinical",)),
)

POOLS = Table(
    name="pools",
    en="Pools",
    zh="混采管",
    import_kind=None,
    about_en="One tube that holds the specimens of several persons.",
    about_zh="一管混合多人标本。",
    key=("pool_id",),
    fields=(
        text("pool_id", "Pool id", "混采管编号", "tube", is_required=True),
        integer("pool_size", "Persons in the tube", "混采人数", unit="persons", low=1, high=50),
        code("result", "Result", "结果", v.RESULTS),
        instant("resulted_at", "Resulted", "出结果时间"),
        text("laboratory", "Laboratory", "检测机构"),
    ),
)

SPECIMENS = Table(
    name="specimens",
    en="Specimens and results",
    zh="标本与结果",
    import_kind="specimens",
    about_en="One row a specimen of a person; its result, when there is one, stands with its own instant.",
    about_zh="每份标本一行；如有结果，另记出结果时间。",
    key=("specimen_id",),
    person_fields=("person_id",),
    fields=(
        text("specimen_id", "Specimen id", "标本编号", "sample id", "barcode", is_required=True),
        reference("person_id", "persons", "Person", "人员", "id", is_required=True, personal="quasi"),
        code("specimen_kind", "Specimen", "标本类型", v.SPECIMEN_KINDS, "sample type", "specimen"),
        instant("offered_at", "Offered", "通知检测时间", "offered"),
        instant("sampled_at", "Sampled", "采样时间", "sample date", "date of sample", "collection date"),
        reference("pool_id", "pools", "Pool", "混采管", "tube"),
        code("result", "Result", "结果", v.RESULTS, "test result", "检测结果", personal="sensitive"),
        instant("resulted_at", "Resulted", "出结果时间", "result date"),
        number(
            "ct_value", "Lowest Ct", "最低Ct值", "ct", unit="cycles", low=0, high=50, personal="sensitive"
        ),
        text("laboratory", "Laboratory", "检测机构", "lab"),
        code("purpose", "Purpose", "检测目的", PURPOSES),
    ),
)
