"""Objections: what a person disputes of the record, and how it was decided."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0027_lake_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactObjections",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("objection_id", models.TextField(verbose_name="Objection id")),
                ("person_id", models.TextField(verbose_name="Person")),
                ("about", models.TextField(verbose_name="About")),
                ("place_id", models.TextField(blank=True, null=True, verbose_name="Place of the visit")),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="Start of the visit")),
                (
                    "case_person_id",
                    models.TextField(blank=True, null=True, verbose_name="Case of the exposure"),
                ),
                (
                    "order_key",
                    models.TextField(blank=True, null=True, verbose_name="Order: rule, episode and edition"),
                ),
                ("raised_at", models.DateTimeField(verbose_name="Raised")),
                ("raised_by", models.TextField(verbose_name="Raised by")),
                ("statement", models.TextField(verbose_name="What is disputed, and why")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="Decided")),
                ("decision", models.TextField(blank=True, null=True, verbose_name="Decision")),
                ("decided_by", models.TextField(blank=True, null=True, verbose_name="Decided by")),
                ("note", models.TextField(blank=True, null=True, verbose_name="Reason of the decision")),
                ("recorded_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("known_from", models.DateTimeField(null=True)),
                ("source", models.TextField()),
                ("recorded_by", models.TextField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
                (
                    "outbreak",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.outbreak"
                    ),
                ),
            ],
            options={
                "db_table": "fact_objections",
                "indexes": [
                    models.Index(fields=["person_id"], name="objections_person_id"),
                    models.Index(fields=["case_person_id"], name="objections_case_person_id"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at", None)),
                        fields=("outbreak", "objection_id"),
                        name="objections_stands_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
