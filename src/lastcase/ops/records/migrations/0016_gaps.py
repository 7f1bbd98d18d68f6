import django.db.models.deletion
from django.db import migrations, models

import lastcase.ops.records.terms


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0015_person_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("id", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("action", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("table_name", models.CharField(max_length=40)),
                ("first_id", models.BigIntegerField(null=True)),
                ("last_id", models.BigIntegerField(null=True)),
                ("n_duties", models.IntegerField()),
                ("n_rows", models.IntegerField()),
                ("n_left_out", models.IntegerField()),
                ("actor_name", models.TextField()),
                ("post_name", models.TextField()),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.TextField(blank=True, default="")),
                ("pos_naming", models.IntegerField(null=True)),
                ("pos_present", models.IntegerField(null=True)),
                ("pos_residence", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FactAssignments",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.TextField(verbose_name="Person")),
                ("duty_kind", models.TextField(verbose_name="Duty")),
                ("rule", models.TextField(verbose_name="Rule")),
                ("episode", models.BigIntegerField(verbose_name="Episode")),
                ("ordinal", models.BigIntegerField(verbose_name="Ordinal")),
                ("edition", models.TextField(verbose_name="Edition")),
                ("post_id", models.BigIntegerField(verbose_name="Post id")),
                ("post", models.TextField(verbose_name="Post")),
                ("assigned_at", models.DateTimeField(verbose_name="Assigned")),
                ("assigned_by", models.TextField(verbose_name="Assigned by")),
                ("batch_id", models.TextField(verbose_name="Batch")),
                ("recorded_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("known_from", models.DateTimeField(null=True)),
                ("source", models.TextField()),
                ("recorded_by", models.TextField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "fact_assignments",
            },
        ),
        migrations.CreateModel(
            name="FactPostponements",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.TextField(verbose_name="Person")),
                ("duty_kind", models.TextField(verbose_name="Duty")),
                ("rule", models.TextField(verbose_name="Rule")),
                ("episode", models.BigIntegerField(verbose_name="Episode")),
                ("ordinal", models.BigIntegerField(verbose_name="Ordinal")),
                ("edition", models.TextField(verbose_name="Edition")),
                ("until_at", models.DateTimeField(verbose_name="Until")),
                ("reason", models.TextField(verbose_name="Reason")),
                ("signed_at", models.DateTimeField(verbose_name="Signed")),
                ("signed_by", models.TextField(verbose_name="Signed by")),
                ("batch_id", models.TextField(verbose_name="Batch")),
                ("recorded_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
                ("known_from", models.DateTimeField(null=True)),
                ("source", models.TextField()),
                ("recorded_by", models.TextField()),
                ("pos_naming", models.IntegerField(editable=False, null=True)),
                ("pos_present", models.IntegerField(editable=False, null=True)),
                ("pos_residence", models.IntegerField(editable=False, null=True)),
            ],
            options={
                "db_table": "fact_postponements",
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pos", models.IntegerField()),
                ("kind", lastcase.ops.records.terms.TermField()),
                ("span", models.CharField(max_length=10)),
                ("due_at", models.DateTimeField(null=True)),
                ("from_at", models.DateTimeField(null=True)),
                ("until_at", models.DateTimeField(null=True)),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="answerduties",
            name="postponed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Postponed"),
        ),
        migrations.AddField(
            model_name="answerduties",
            name="postponed_reason",
            field=models.TextField(blank=True, null=True, verbose_name="Postponed because"),
        ),
        migrations.AddField(
            model_name="answerduties",
            name="postponed_until_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Postponed until"),
        ),
        migrations.AddField(
            model_name="answerduties",
            name="ring",
            field=models.IntegerField(blank=True, null=True, verbose_name="Ring"),
        ),
        migrations.AddField(
            model_name="answerduties",
            name="urgency",
            field=models.IntegerField(blank=True, null=True, verbose_name="Order to close"),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(
                condition=models.Q(("fulfilled_at", None)),
                fields=["urgency", "due_at", "ring", "person_id"],
                name="duties_to_close",
            ),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(
                condition=models.Q(("fulfilled_at", None)),
                fields=["pos_naming", "due_at"],
                name="duties_to_close_at",
            ),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(
                condition=models.Q(("attempted_at__isnull", False), ("fulfilled_at", None)),
                fields=["attempted_at"],
                name="duties_tried",
            ),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(
                condition=models.Q(("fulfilled_at__isnull", False)),
                fields=["fulfilled_at"],
                name="duties_fulfilled",
            ),
        ),
        migrations.AddField(
            model_name="batch",
            name="outbreak",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.outbreak"
            ),
        ),
        migrations.AddField(
            model_name="factassignments",
            name="outbreak",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.outbreak"
            ),
        ),
        migrations.AddField(
            model_name="factpostponements",
            name="outbreak",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.outbreak"
            ),
        ),
        migrations.AddField(
            model_name="tally",
            name="outbreak",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="records.outbreak",
            ),
        ),
        migrations.AddIndex(
            model_name="factassignments",
            index=models.Index(fields=["person_id"], name="assignments_person_id"),
        ),
        migrations.AddIndex(
            model_name="factassignments",
            index=models.Index(fields=["post_id"], name="assignments_post_id"),
        ),
        migrations.AddConstraint(
            model_name="factassignments",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("outbreak", "person_id", "duty_kind", "rule", "episode", "ordinal", "edition"),
                name="assignments_stands_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="factpostponements",
            index=models.Index(fields=["person_id"], name="postponements_person_id"),
        ),
        migrations.AddConstraint(
            model_name="factpostponements",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("outbreak", "person_id", "duty_kind", "rule", "episode", "ordinal", "edition"),
                name="postponements_stands_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("outbreak", "pos", "kind", "span", "due_at", "from_at", "until_at"),
                name="tally_once",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(
            """
            INSERT INTO records_touched (outbreak_id, kind, ref, revision)
                SELECT outbreak_id, 'all', '', number FROM records_revision
                ON CONFLICT DO NOTHING;
            UPDATE records_revision SET derived_number = NULL, derived_at = NULL;
            """,
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
