import django.db.models.deletion
from django.db import migrations, models

import lastcase.ops.records.partitioned
import lastcase.ops.records.terms


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_test_rounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="Term",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("term", models.TextField(unique=True)),
            ],
            options={
                "constraints": [],
            },
        ),
        migrations.DeleteModel(
            name="AnswerExposures",
        ),
        migrations.DeleteModel(
            name="AnswerContactPersons",
        ),
        migrations.DeleteModel(
            name="AnswerOrders",
        ),
        migrations.DeleteModel(
            name="AnswerDuties",
        ),
        migrations.DeleteModel(
            name="AnswerRiskAreaClocks",
        ),
        migrations.DeleteModel(
            name="AnswerAreaBlockers",
        ),
        migrations.DeleteModel(
            name="AnswerAreaProposals",
        ),
        migrations.DeleteModel(
            name="AnswerDetections",
        ),
        migrations.DeleteModel(
            name="AnswerTestRounds",
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerExposures",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("person_id", models.TextField(blank=True, null=True, verbose_name="Person")),
                ("case_person_id", models.TextField(blank=True, null=True, verbose_name="Exposed to")),
                ("episode", models.IntegerField(blank=True, null=True, verbose_name="Episode of the case")),
                ("order", models.IntegerField(blank=True, null=True, verbose_name="Ring")),
                (
                    "setting",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Setting"),
                ),
                (
                    "relation",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Relation"),
                ),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="First exposure")),
                ("end_at", models.DateTimeField(blank=True, null=True, verbose_name="Last exposure")),
                ("is_open", models.BooleanField(blank=True, null=True, verbose_name="Not yet separated")),
                ("minutes_least", models.FloatField(blank=True, null=True, verbose_name="Minutes, least")),
                ("minutes_most", models.FloatField(blank=True, null=True, verbose_name="Minutes, most")),
                (
                    "exposure_source",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Found by"),
                ),
                ("source_id", models.TextField(blank=True, null=True, verbose_name="Fact")),
                (
                    "category",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Category"),
                ),
                (
                    "verdict",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Verdict"),
                ),
                (
                    "reason",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Reason"),
                ),
                ("found_at", models.DateTimeField(blank=True, null=True, verbose_name="Found")),
                ("judge_by_at", models.DateTimeField(blank=True, null=True, verbose_name="To be judged by")),
                ("judged_at", models.DateTimeField(blank=True, null=True, verbose_name="Judged")),
                (
                    "area_id",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Area that names"
                    ),
                ),
                ("rule", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Rule")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_exposures",
                "indexes": [
                    models.Index(fields=["person_id"], name="exposures_person_id"),
                    models.Index(fields=["case_person_id"], name="exposures_case_person_id"),
                ],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerContactPersons",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("person_id", models.TextField(blank=True, null=True, verbose_name="Person")),
                (
                    "category",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Category"),
                ),
                ("n_exposures", models.IntegerField(blank=True, null=True, verbose_name="Exposures")),
                ("via_person_id", models.TextField(blank=True, null=True, verbose_name="Latest exposure to")),
                (
                    "first_exposure_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="First exposure"),
                ),
                (
                    "last_exposure_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="Last exposure"),
                ),
                ("is_open", models.BooleanField(blank=True, null=True, verbose_name="Not yet separated")),
                ("named_at", models.DateTimeField(blank=True, null=True, verbose_name="Known since")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="Follow-up ends")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                (
                    "closed_reason",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Why closed"),
                ),
                (
                    "area_id",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Area that names"
                    ),
                ),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_contact_persons",
                "indexes": [
                    models.Index(fields=["person_id"], name="contact_persons_person_id"),
                    models.Index(fields=["pos_naming"], name="contact_persons_pos_naming"),
                    models.Index(fields=["pos_present"], name="contact_persons_pos_present"),
                    models.Index(fields=["pos_residence"], name="contact_persons_pos_residence"),
                ],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerOrders",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id",
                        "person_id",
                        "rule",
                        "episode",
                        "edition",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("person_id", models.TextField(verbose_name="Person")),
                (
                    "category",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Category"),
                ),
                ("episode", models.IntegerField(verbose_name="Episode")),
                ("ordinal", models.IntegerField(blank=True, null=True, verbose_name="Stage")),
                (
                    "place_kind",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Where"),
                ),
                ("is_restrictive", models.BooleanField(blank=True, null=True, verbose_name="Binds movement")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="Issued")),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="From")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="Scheduled end")),
                ("cap_at", models.DateTimeField(blank=True, null=True, verbose_name="Latest end")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="Conditions met")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Closed")),
                (
                    "closed_reason",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Why closed"),
                ),
                (
                    "needs_release_test",
                    models.BooleanField(blank=True, null=True, verbose_name="Needs a release test"),
                ),
                ("via_person_id", models.TextField(blank=True, null=True, verbose_name="Latest exposure to")),
                (
                    "last_exposure_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="Last exposure"),
                ),
                (
                    "area_id",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Area that names"
                    ),
                ),
                ("rule", lastcase.ops.records.terms.TermField(verbose_name="Rule")),
                ("edition", lastcase.ops.records.terms.TermField(verbose_name="Edition")),
                ("grounds", models.TextField(blank=True, null=True, verbose_name="Facts")),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_orders",
                "indexes": [],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerDuties",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id",
                        "person_id",
                        "kind",
                        "rule",
                        "episode",
                        "ordinal",
                        "edition",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("person_id", models.TextField(verbose_name="Person")),
                ("kind", lastcase.ops.records.terms.TermField(verbose_name="Duty")),
                (
                    "category",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Category"),
                ),
                ("episode", models.IntegerField(verbose_name="Episode")),
                ("ordinal", models.IntegerField(verbose_name="Ordinal")),
                (
                    "place_kind",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Where"),
                ),
                (
                    "specimen_kinds",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Specimen"),
                ),
                ("is_release", models.BooleanField(blank=True, null=True, verbose_name="For release")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="Since")),
                ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="From")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="Due")),
                ("fulfilled_at", models.DateTimeField(blank=True, null=True, verbose_name="Done")),
                ("evidence", models.TextField(blank=True, null=True, verbose_name="Evidence")),
                ("offered_at", models.DateTimeField(blank=True, null=True, verbose_name="Offered")),
                ("sampled_at", models.DateTimeField(blank=True, null=True, verbose_name="Sampled")),
                ("inconclusive_at", models.DateTimeField(blank=True, null=True, verbose_name="Inconclusive")),
                ("attempted_at", models.DateTimeField(blank=True, null=True, verbose_name="Attempted")),
                (
                    "attempt_outcome",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Attempt"),
                ),
                ("exempt_at", models.DateTimeField(blank=True, null=True, verbose_name="Exempt from")),
                ("exempt_reason", models.TextField(blank=True, null=True, verbose_name="Exempt because")),
                ("handed_over_at", models.DateTimeField(blank=True, null=True, verbose_name="Handed over")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="Ended")),
                (
                    "closed_reason",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Why ended"),
                ),
                (
                    "responsible",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Responsible post"
                    ),
                ),
                (
                    "area_id",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Held by area"),
                ),
                ("rule", lastcase.ops.records.terms.TermField(verbose_name="Rule")),
                (
                    "order_rule",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Rule of the order"
                    ),
                ),
                (
                    "limit_rule",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Rule of the limit"
                    ),
                ),
                (
                    "counted_from",
                    lastcase.ops.records.terms.TermField(
                        blank=True, null=True, verbose_name="Limit counts from"
                    ),
                ),
                ("counted_at", models.DateTimeField(blank=True, null=True, verbose_name="Limit counts from")),
                ("edition", lastcase.ops.records.terms.TermField(verbose_name="Edition")),
                ("grounds", models.TextField(blank=True, null=True, verbose_name="Facts")),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_duties",
                "indexes": [
                    models.Index(fields=["pos_naming"], name="duties_pos_naming"),
                    models.Index(fields=["pos_present"], name="duties_pos_present"),
                    models.Index(fields=["pos_residence"], name="duties_pos_residence"),
                ],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerRiskAreaClocks",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("risk_area_id", models.TextField(blank=True, null=True, verbose_name="Risk area")),
                ("name", models.TextField(blank=True, null=True, verbose_name="Name")),
                ("area_id", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Area")),
                (
                    "list_kind",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="List"),
                ),
                (
                    "risk_level",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Level"),
                ),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="From")),
                ("end_at", models.DateTimeField(blank=True, null=True, verbose_name="Until")),
                (
                    "next_level",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Next level"),
                ),
                (
                    "clock_from_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="Clock runs from"),
                ),
                ("clean_at", models.DateTimeField(blank=True, null=True, verbose_name="Clean days end")),
                ("round_from_at", models.DateTimeField(blank=True, null=True, verbose_name="Round from")),
                ("n_roster", models.IntegerField(blank=True, null=True, verbose_name="Roster")),
                ("n_negative", models.IntegerField(blank=True, null=True, verbose_name="Negative")),
                ("n_blocking", models.IntegerField(blank=True, null=True, verbose_name="Still blocking")),
                ("round_met_at", models.DateTimeField(blank=True, null=True, verbose_name="Round complete")),
                ("release_at", models.DateTimeField(blank=True, null=True, verbose_name="May be released")),
                (
                    "is_early_exit",
                    models.BooleanField(blank=True, null=True, verbose_name="Left before its clock"),
                ),
                (
                    "lineage",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Lineage"),
                ),
                ("rule", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Rule")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("because", models.TextField(blank=True, null=True, verbose_name="Because")),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_risk_area_clocks",
                "indexes": [],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerAreaBlockers",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("risk_area_id", models.TextField(blank=True, null=True, verbose_name="Risk area")),
                ("person_id", models.TextField(blank=True, null=True, verbose_name="Person")),
                ("reason", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Why")),
                ("since_at", models.DateTimeField(blank=True, null=True, verbose_name="Since")),
                ("rule", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Rule")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_area_blockers",
                "indexes": [models.Index(fields=["person_id"], name="area_blockers_person_id")],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerAreaProposals",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("area_id", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Area")),
                ("place_id", models.TextField(blank=True, null=True, verbose_name="Place")),
                (
                    "risk_level",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Level"),
                ),
                ("person_id", models.TextField(blank=True, null=True, verbose_name="Person")),
                ("reason", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Why")),
                ("n_cases", models.IntegerField(blank=True, null=True, verbose_name="Cases in all")),
                (
                    "n_recent",
                    models.IntegerField(blank=True, null=True, verbose_name="Cases within the days"),
                ),
                (
                    "n_linked",
                    models.IntegerField(blank=True, null=True, verbose_name="Linked cases among them"),
                ),
                ("proposed_at", models.DateTimeField(blank=True, null=True, verbose_name="Proposed")),
                ("rule", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Rule")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_area_proposals",
                "indexes": [models.Index(fields=["person_id"], name="area_proposals_person_id")],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerDetections",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("person_id", models.TextField(blank=True, null=True, verbose_name="Person")),
                ("episode", models.IntegerField(blank=True, null=True, verbose_name="Episode")),
                (
                    "case_status",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Status"),
                ),
                (
                    "detection",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Found"),
                ),
                ("found_at", models.DateTimeField(blank=True, null=True, verbose_name="Found")),
                ("control", models.TextField(blank=True, null=True, verbose_name="Control in force")),
                ("area_id", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Area")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_detections",
                "indexes": [models.Index(fields=["person_id"], name="detections_person_id")],
            },
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AnswerTestRounds",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "outbreak",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="records.outbreak",
                    ),
                ),
                ("key", models.TextField(verbose_name="Key")),
                ("area_id", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Area")),
                ("series", models.IntegerField(blank=True, null=True, verbose_name="Series")),
                ("ordinal", models.IntegerField(blank=True, null=True, verbose_name="Round")),
                ("is_further", models.BooleanField(blank=True, null=True, verbose_name="After a gap")),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="From")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="Due")),
                ("n_roster", models.IntegerField(blank=True, null=True, verbose_name="Persons on record")),
                ("n_sampled", models.IntegerField(blank=True, null=True, verbose_name="Sampled")),
                (
                    "n_found",
                    models.IntegerField(
                        blank=True, null=True, verbose_name="Cases found meanwhile that count"
                    ),
                ),
                (
                    "n_clean",
                    models.IntegerField(blank=True, null=True, verbose_name="Rounds in a row without one"),
                ),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="Next round")),
                ("rule", lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Rule")),
                (
                    "edition",
                    lastcase.ops.records.terms.TermField(blank=True, null=True, verbose_name="Edition"),
                ),
                ("revision", models.BigIntegerField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "answer_test_rounds",
                "indexes": [],
            },
        ),
        migrations.RunSQL(
            sql="\n            INSERT INTO records_touched (outbreak_id, kind, ref, revision)\n                SELECT outbreak_id, 'all', '', number FROM records_revision\n                ON CONFLICT DO NOTHING;\n            UPDATE records_revision SET derived_number = NULL, derived_at = NULL;\n            ",
            reverse_sql="",
        ),
    ]
