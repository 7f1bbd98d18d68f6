"""Persons: whoever a fact is about, named or only described."""

from lastcase.core.facts import vocabulary as v
from lastcase.core.facts.field import (
    Code,
    Table,
    boolean,
    code,
    codes,
    date,
    number,
    reference,
    text,
)

SEXES = (
    Code("female", "Female", "女", ("f", "woman", "女性", "2")),
    Code("male", "Male", "男", ("m", "man", "男性", "1")),
    Code("other", "Other", "其他", ("x",)),
)
DOCUMENTS = (
    Code("national_id", "National identity card", "居民身份证", ("id card", "身份证")),
    Code("passport", "Passport", "护照", ()),
    Code("permit", "Travel or residence permit", "通行证或居留证", ("permit",)),
    Code("other", "Other document", "其他证件", ()),
)

PERSONS = Table(
    name="persons",
    en="Persons",
    zh="人员",
    import_kind="people",
    is_global=True,
    about_en="One row a person. A person may have no document and no name: the description then serves. "
    "Residence, present place and workplace are three different things.",
    about_zh="每人一行。可无证件、无姓名，仅有描述。户籍或居住地、现住地、工作地分别记录。",
    key=("person_id",),
    person_fields=("person_id",),
    area_fields=("residence_area_id", "present_area_id"),
    fields=(
        text(
            "person_id",
            "Person id",
            "人员编号",
            "id",
            "case_id",
            "case id",
            "编号",
            is_required=True,
            personal="quasi",
        ),
        text("list_id", "Id in the source's list", "来源编号", personal="quasi"),
        text("name", "Name", "姓名", "full name", "patient name", personal="direct"),
        text("alias_names", "Other names", "别名", "alias", "曾用名", personal="direct"),
        text("description", "Description", "描述", "remarks", "described as", "特征", personal="quasi"),
        code("sex", "Sex", "性别", SEXES, "gender", personal="quasi"),
        date("birth_on", "Date of birth", "出生日期", "dob", "date of birth", personal="direct"),
        number("age_years", "Age", "年龄", "age", unit="years", low=0, high=120, personal="quasi"),
        code("document_kind", "Document", "证件类型", DOCUMENTS, "document type", personal="quasi"),
        text(
            "document_id",
            "Document number",
            "证件号码",
            "id number",
            "passport number",
            "身份证号",
            personal="direct",
        ),
        text("phone", "Telephone", "电话", "mobile", "phone number", "手机", "联系电话", personal="direct"),
        text("language", "Language", "语言", "spoken language", unit="BCP 47 tag"),
        text("nationality", "Nationality", "国籍", "citizenship", personal="quasi"),
        reference("guardian_id", "persons", "Guardian", "监护人", "guardian", personal="quasi"),
        text("occupation", "Occupation", "职业", "job", "profession", personal="quasi"),
        code("protective_equipment", "Protection at work", "工作防护", v.PROTECTIONS, "ppe"),
        reference(
            "residence_area_id", "areas", "Area of residence", "居住地区划", "residence", "district", "居住地"
        ),
        reference(
            "residence_place_id",
            "places",
            "Home",
            "住所",
            "household",
            "household id",
            "address",
            "住址",
            personal="quasi",
        ),
        reference(
            "present_area_id", "areas", "Area where the person is", "现在地区划", "present area", "现住地"
        ),
        reference(
            "present_place_id",
            "places",
            "Place where the person is",
            "现在场所",
            "present place",
            personal="quasi",
        ),
        reference(
            "work_place_id",
            "places",
            "Workplace",
            "工作单位",
            "employer",
            "workplace",
            "单位",
            personal="quasi",
        ),
        codes("exemptions", "Exemptions", "特殊情形", v.EXEMPTIONS, "exemption", personal="sensitive"),
        boolean("is_stub", "Known only by reference", "仅被提及"),
        reference("merged_into_id", "persons", "Merged into", "并入", personal="quasi"),
    ),
)
