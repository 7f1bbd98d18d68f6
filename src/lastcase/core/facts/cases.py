"""Cases: episodes of infection of a person in an outbreak."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, boolean, code, date, instant, integer, reference, text

SEVERITIES = (
    Code("mild", "Mild", "轻型", ("light", "轻症")),
    Code("moderate", "Moderate", "普通型", ("normal", "ordinary", "普通")),
    Code("severe", "Severe", "重型", ("serious", "重症")),
    Code("critical", "Critical", "危重型", ("危重",)),
)
OUTCOMES = (
    Code("recovered", "Recovered", "治愈", ("recover", "discharged", "cured", "出院")),
    Code("died", "Died", "死亡", ("death", "dead", "deceased")),
    Code("alive", "Alive", "存活", ("alive",)),
)
DETECTIONS = (
    Code("community_detected", "Found in the community", "社会面检出", ("community",)),
    Code("managed_detected", "Found under control", "管控中检出", ("quarantine", "managed")),
)

CASES = Table(
    name="cases",
    en="Cases",
    zh="病例",
    import_kind="cases",
    about_en="One row an episode: a person, an outbreak, a number. A status that changes is a new version of the row.",
    about_zh="每个病程一行：人员、疫情、序号。状态变化时产生新版本。",
    key=("person_id", "episode"),
    person_fields=("person_id",),
    area_fields=("area_id",),
    fields=(
        reference(
            "person_id",
            "persons",
            "Person",
            "人员",
            "id",
            "case_id",
            "patient",
            is_required=True,
            personal="quasi",
        ),
        integer("episode", "Episode", "病程序号", "episode number", is_required=True, low=1),
        code(
            "case_status",
            "Status",
            "病例状态",
            v.CASE_STATUSES,
            "status",
            "classification",
            "case type",
            "病例类型",
            is_required=True,
            personal="sensitive",
        ),
        date(
            "symptom_onset_on",
            "Onset",
            "发病日期",
            "onset",
            "date of onset",
            "date_onset",
            "dt_onset",
            "symptom onset",
            personal="sensitive",
        ),
        date("rash_on", "Rash onset", "出疹日期", "rash", personal="sensitive"),
        date(
            "exposure_start_on",
            "Exposure window starts",
            "暴露期开始",
            "dt_start_exp",
            "start_source",
            personal="sensitive",
        ),
        date(
            "exposure_end_on",
            "Exposure window ends",
            "暴露期结束",
            "dt_end_exp",
            "end_source",
            "date of infection",
            personal="sensitive",
        ),
        instant("specimen_at", "First positive specimen", "首次阳性采样", "date of sample", "采样时间"),
        instant("last_negative_at", "Last negative test before", "此前末次阴性采样", "last negative"),
        instant(
            "found_at",
            "Found",
            "发现时间",
            "diagnosis",
            "dt_diag",
            "confirm_date",
            "date confirmed",
            "确诊时间",
        ),
        instant("reported_at", "Reported", "报告时间", "dt_report", "report date", "date reported"),
        instant(
            "admitted_at", "Admitted", "入院时间", "date of hospitalisation", "admission", "hospitalised"
        ),
        code("severity", "Severity", "临床分型", SEVERITIES, "severity level", personal="sensitive"),
        code("outcome", "Outcome", "转归", OUTCOMES, "final outcome", "result", personal="sensitive"),
        instant(
            "recovered_at",
            "Recovered",
            "治愈时间",
            "discharge date",
            "date of recovery",
            "出院日期",
            personal="sensitive",
        ),
        date("death_on", "Death", "死亡日期", "dt_death", "date of death", personal="sensitive"),
        date("burial_on", "Burial", "安葬日期", "date of burial", "funeral date", personal="sensitive"),
        boolean("is_safe_burial", "Safe burial", "安全安葬", "safe burial"),
        text("reporting_label", "Reporting label", "通报分类", "label"),
        instant("discarded_at", "Discarded", "排除时间"),
        code("detection_override", "Signed override of where found", "检出类别签署更正", DETECTIONS),
        boolean("is_imported", "Infected elsewhere", "输入病例", "imported", "travel"),
        boolean("has_repeated_tests", "Found by repeated testing", "多次检测中发现"),
        reference("area_id", "areas", "Area that names the case", "报告区划", "reporting area", "area_code"),
        reference(
            "hospital_place_id", "places", "Hospital", "收治医院", "hospital", "loc_hosp", personal="quasi"
        ),
    ),
)
