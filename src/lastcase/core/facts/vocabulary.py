"""Code lists that several fact tables, the editions and the answers share. One word per idea, in both languages."""

from __future__ import annotations

from lastcase.core.facts.field import Code

TIERS = (
    Code("nation", "Nation", "国家", ("country",)),
    Code("region", "Region", "省级", ("province", "state", "省", "自治区")),
    Code("city", "City", "市级", ("prefecture", "地市", "市")),
    Code("county", "County", "县区", ("district", "县", "区")),
    Code("township", "Township", "乡镇街道", ("town", "street", "chiefdom", "街道", "镇", "乡")),
    Code("committee", "Committee", "村居", ("village", "社区", "村")),
    Code("cell", "Cell", "网格", ("grid", "grid cell")),
)

SETTINGS = (
    Code("household", "Household", "家庭同住", ("home", "family", "family member", "家庭", "同住")),
    Code("workplace", "Workplace", "工作场所", ("work", "office", "单位", "办公")),
    Code("school", "School", "学校", ("classroom", "class", "教室")),
    Code("transport", "Transport", "交通工具", ("bus", "train", "flight", "vehicle", "交通")),
    Code("market", "Market", "市场商场", ("shop", "mall", "market", "市场", "超市")),
    Code("dining", "Dining", "聚餐", ("restaurant", "canteen", "餐饮", "食堂")),
    Code("leisure", "Leisure in a closed space", "密闭娱乐场所", ("game room", "play", "棋牌")),
    Code(
        "health_care",
        "Health care",
        "医疗机构",
        ("hospital", "hospital room", "emergency room", "visit hospital", "clinic", "ward", "医院"),
    ),
    Code("laboratory", "Laboratory", "实验室", ("lab",)),
    Code("quarantine_site", "Quarantine site", "隔离点", ("hotel", "隔离酒店")),
    Code("gathering", "Gathering", "聚集活动", ("church", "event", "meeting", "聚会")),
    Code("funeral", "Funeral", "葬礼", ("burial", "丧事")),
    Code("community", "Community", "社区", ("street", "outdoor", "other", "neighbourhood", "户外", "其他")),
)

RELATIONS = (
    Code("lives_with", "Lives with", "同住", ("household", "family", "family member", "spouse", "roommate")),
    Code(
        "care",
        "Gave care",
        "照护诊疗",
        ("caregiver", "hcw", "contact with hcw", "nurse", "doctor", "medical"),
    ),
    Code("intimate", "Sexual or intimate contact", "亲密接触", ("sexual", "partner")),
    Code("touched", "Touched the person or body", "接触身体", ("touch", "direct contact", "fluids", "body")),
    Code("breastfed", "Breastfed", "哺乳", ("breastfeeding",)),
    Code("handled_items", "Handled clothes or bedding", "接触衣物被褥", ("bedding", "clothes", "objects")),
    Code("colleague", "Works with", "同事", ("coworker", "同事", "同班")),
    Code("companion", "Travelled with", "同行", ("fellow traveller", "同行人员")),
    Code("patient", "Same ward or room", "同病室", ("hospital room", "emergency room", "ward mate", "病友")),
    Code("visitor", "Visited", "探视", ("visit hospital", "visited")),
    Code("server", "Served or was served", "服务接触", ("customer", "waiter", "staff")),
    Code("passer", "Passed by", "路过", ("passerby",)),
    Code("source_pair", "Transmission pair stated by the source", "来源所述传播对", ("infector", "other")),
)

PROTECTIONS = (
    Code("none", "No effective protection", "无有效防护", ("no", "unprotected", "无")),
    Code("partial", "Partial protection", "部分防护", ("mask", "口罩")),
    Code("effective", "Effective protection", "有效防护", ("full ppe", "ppe", "yes", "全套防护")),
)

DISTANCES = (
    Code("touch", "Touch", "身体接触", ("direct",)),
    Code("within_1_m", "Within 1 m", "1米内", ("<1m", "1m")),
    Code("within_2_m", "Within 2 m", "2米内", ("<2m", "2m", "6 ft")),
    Code("same_room", "Same room", "同一空间", ("room", "shared air")),
    Code("farther", "Farther", "更远", ("far",)),
)

CASE_STATUSES = (
    Code("suspected", "Suspected", "疑似病例", ("suspect", "疑似")),
    Code("probable", "Probable", "临床诊断病例", ("clinical",)),
    Code("presumptive_positive", "Presumptive positive", "初筛阳性", ("screening positive", "初阳")),
    Code("confirmed", "Confirmed", "确诊病例", ("case", "positive", "确诊")),
    Code("asymptomatic_infection", "Asymptomatic infection", "无症状感染者", ("asymptomatic", "无症状")),
    Code("re_positive", "Re-positive", "复阳", ("repositive",)),
    Code("discarded", "Discarded", "排除", ("negative", "not a case", "excluded")),
)

STAY_KINDS = (
    Code("quarantine_central", "Central quarantine", "集中隔离", ("hotel quarantine", "quarantine")),
    Code("quarantine_home", "Home quarantine", "居家隔离", ("home isolation of contact",)),
    Code("health_monitoring", "Health monitoring", "居家健康监测", ("monitoring",)),
    Code("isolation_hospital", "Hospital isolation", "住院隔离治疗", ("hospital", "admission", "住院")),
    Code("isolation_makeshift", "Makeshift hospital", "方舱隔离", ("fangcang", "方舱")),
    Code("isolation_home", "Home isolation", "居家隔离治疗", ("isolation",)),
)

RISK_LEVELS = (
    Code("high", "High", "高风险", ("高",)),
    Code("medium", "Medium", "中风险", ("mid", "中")),
    Code("low", "Low", "低风险", ("低",)),
    Code("none", "Not listed", "未列入", ("removed", "routine", "常态化")),
)

DUTY_KINDS = (
    Code("test", "Test", "应检"),
    Code("transfer", "Transfer", "应转"),
    Code("quarantine", "Quarantine", "应隔（隔离医学观察）"),
    Code("isolate", "Isolate", "应隔（隔离治疗）"),
    Code("treat", "Treat", "应治"),
    Code("monitor", "Monitor", "健康监测"),
    Code("interview", "Interview", "流调"),
    Code("report", "Report", "报告"),
    Code("hand_over", "Hand over", "移交"),
    Code("vaccinate", "Vaccinate after exposure", "暴露后接种"),
    Code("give_globulin", "Give immune globulin", "注射免疫球蛋白"),
    Code("exclude", "Keep off work", "暂停上岗"),
)

DUTY_STATES = (
    Code("not_yet_due", "Not yet due", "未到期"),
    Code("due", "Due", "应办"),
    Code("done", "Done", "已完成"),
    Code("attempted", "Attempted, not found", "已上门未遇"),
    Code("refused", "Refused", "拒绝"),
    Code("lost", "Lost to follow-up", "失访"),
    Code("exempt", "Exempt", "豁免"),
    Code("handed_over", "Handed over", "已移交"),
    Code("postponed", "Postponed", "已延后"),
    Code("overdue", "Overdue", "逾期"),
    Code("lapsed", "Lapsed", "失效"),
    Code("superseded", "Superseded", "已被取代"),
)

TEST_PROGRESS = (
    Code("offered", "Offered", "已通知检测"),
    Code("sampled", "Sampled, result awaited", "已采样，待结果"),
    Code("inconclusive", "Inconclusive, a new test is owed", "结果不确定，需重新检测"),
    Code("resulted", "Resulted", "已出结果"),
)

CATEGORIES = (
    Code("close_contact", "Close contact", "密切接触者"),
    Code("secondary_contact", "Secondary contact", "次密接"),
    Code("copresent_person", "Co-present person", "时空伴随者"),
    Code("arrival", "Arrival from abroad", "入境人员"),
    Code("from_high", "Came from a high-risk area", "高风险区来人"),
    Code("from_medium", "Came from a medium-risk area", "中风险区来人"),
    Code("from_low", "Came from a low-risk area", "低风险区来人"),
    Code("suspected", "Suspected case", "疑似病例"),
    Code("presumptive_positive", "Presumptive positive", "初筛阳性"),
    Code("confirmed", "Confirmed case", "确诊病例"),
    Code("asymptomatic_infection", "Asymptomatic infection", "无症状感染者"),
    Code("recovered", "Discharged", "出院人员"),
    Code("occupation", "Risk occupation", "风险岗位人员"),
    Code("area_resident", "Resident of a risk area", "风险区居民"),
)

SPECIMEN_KINDS = (
    Code("throat", "Throat swab", "咽拭子", ("oropharyngeal", "swab")),
    Code("nasal", "Nasal swab", "鼻拭子", ("nasopharyngeal",)),
    Code("blood", "Blood", "血液", ("serum",)),
    Code("sputum", "Sputum or lower airway", "痰或下呼吸道", ("bal",)),
    Code("antigen", "Antigen self-test", "抗原自测", ("rapid",)),
    Code("lesion", "Lesion", "皮损", ()),
    Code("urine", "Urine", "尿液", ()),
    Code("other", "Other", "其他", ()),
)

RESULTS = (
    Code("positive", "Positive", "阳性", ("pos", "+", "detected", "阳")),
    Code("negative", "Negative", "阴性", ("neg", "-", "not detected", "阴")),
    Code("inconclusive", "Inconclusive", "结果不确定", ("indeterminate", "invalid", "可疑")),
)

EXEMPTIONS = (
    Code("infant", "Infant", "婴幼儿", ("baby",)),
    Code("pregnancy", "Pregnancy", "孕产妇", ("pregnant",)),
    Code("dialysis", "Dialysis", "血液透析", ()),
    Code("disability", "Disability", "残疾", ("disabled",)),
    Code("bedridden", "Bedridden", "卧床", ()),
    Code("medical", "Medical reason on record", "医学原因", ()),
    Code("immune", "Immune: vaccinated in full or had the disease", "有免疫力", ("vaccinated", "免疫")),
    Code("immunosuppressed", "Weak immune system", "免疫功能低下", ("immunocompromised",)),
    Code("home_unsuitable", "Home unsuitable for quarantine", "居所不具备隔离条件", ()),
)


def values(code_list: tuple[Code, ...]) -> tuple[str, ...]:
    """The code values of a list, in its order."""
    return tuple(code.value for code in code_list)
