"""Named contacts: who, by an interview or a list, was exposed to whom; and what an investigator judged of it."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import Code, Table, boolean, code, instant, number, reference, text

JUDGEMENTS = (
    Code("close_contact", "Close contact", "密切接触者", ("close",)),
    Code("copresent_person", "Co-present, not close", "时空伴随，非密接", ("general", "casual")),
    Code("ruled_out", "Ruled out", "排除", ("not a contact", "none")),
)

CONTACTS = Table(
    name="contacts",
    en="Named contacts",
    zh="接触者登记",
    import_kind="contacts",
    about_en="One row an exposure of a person to another person, as named by an interview, a roster or a list. "
    "Setting, protection, distance and minutes may each be unknown.",
    about_zh="每次暴露一行，由流调、名册或名单登记。场所、防护、距离、时长均可未知。",
    key=("contact_id",),
    person_fields=("case_person_id", "person_id"),
    area_fields=("area_id",),
    fields=(
        text("contact_id", "Contact id", "接触编号", "contact id", is_required=True),
        reference(
            "case_person_id",
            "persons",
            "Case",
            "病例",
            "infector",
            "from",
            "source",
            "case",
            is_required=True,
            personal="quasi",
        ),
        reference(
            "person_id",
            "persons",
            "Exposed person",
            "暴露者",
            "to",
            "contact",
            "infectee",
            is_required=True,
            personal="quasi",
        ),
        code("setting", "Setting", "场所类型", v.SETTINGS, "exposure", "type of exposure", "暴露场所"),
        code("relation", "Relation", "关系", v.RELATIONS, "relationship", "与病例关系"),
        code("protection", "Protection", "防护", v.PROTECTIONS, "ppe", "防护情况"),
        code("distance_class", "Distance", "距离", v.DISTANCES, "distance"),
        number("duration_min", "Duration", "时长", "minutes", "duration", unit="min", low=0),
        instant("first_exposure_at", "First exposure", "首次暴露", "first contact", "exposure start"),
        instant(
            "last_exposure_at",
            "Last exposure",
            "末次暴露",
            "last contact",
            "exposure end",
            "date of last contact",
            date_only="end",
        ),
        boolean("is_unseparated", "Not yet separated", "尚未分开", "still together"),
        instant("separated_at", "Separated", "分开时间", "separation"),
        instant("removed_at", "Exposure withdrawn", "暴露撤销时间"),
        boolean("is_source_pair", "Transmission pair stated by the source", "来源所述传播对"),
        reference("place_id", "places", "Place", "场所", personal="quasi"),
        reference("area_id", "areas", "Area that names the contact", "登记区划", "naming area"),
        instant("named_at", "Named", "登记时间", "date named", "interview date"),
    ),
)

JUDGEMENT_FACTS = Table(
    name="judgements",
    en="Judgements",
    zh="判定",
    import_kind=None,
    about_en="What an investigator decided of an exposure of a person to a case, with the reason.",
    about_zh="流调人员对某人与某病例暴露关系的判定及理由。",
    key=("case_person_id", "person_id"),
    person_fields=("case_person_id", "person_id"),
    fields=(
        reference("case_person_id", "persons", "Case", "病例", is_required=True, personal="quasi"),
        reference("person_id", "persons", "Exposed person", "暴露者", is_required=True, personal="quasi"),
        code("judgement", "Judgement", "判定结果", JUDGEMENTS, is_required=True),
        instant("judged_at", "Judged", "判定时间", is_required=True),
        text("reason", "Reason", "理由"),
        text("judged_by", "Judged by", "判定人"),
    ),
)
