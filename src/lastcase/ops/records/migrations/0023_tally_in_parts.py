"""The tally lies in one partition an outbreak, as answers do, and knows no nulls: millions are written beside it and put
in its place."""

import django.db.models.deletion
from django.db import migrations, models

import lastcase.ops.records.partitioned
import lastcase.ops.records.terms

KEEP = """
    CREATE TABLE tally_before AS SELECT * FROM records_tally;
    CREATE TABLE areatally_before AS SELECT * FROM records_areatally;
"""
CARRY_OVER = """
    DO $$ DECLARE outbreak bigint; BEGIN
        FOR outbreak IN SELECT id FROM records_outbreak LOOP
            EXECUTE format('CREATE TABLE IF NOT EXISTS records_tally_%s PARTITION OF records_tally FOR VALUES IN (%s)',
                outbreak, outbreak);
            EXECUTE format('CREATE TABLE IF NOT EXISTS records_areatally_%s PARTITION OF records_areatally '
                'FOR VALUES IN (%s)', outbreak, outbreak);
        END LOOP;
    END $$;
    INSERT INTO records_tally (outbreak_id, pos, kind, span, due_at, from_at, until_at, n)
        SELECT outbreak_id, pos, kind, span, coalesce(due_at, '9999-12-31 00:00Z'),
            coalesce(from_at, '0001-01-01 00:00Z'), coalesce(until_at, '9999-12-31 00:00Z'), n FROM tally_before;
    INSERT INTO records_areatally (outbreak_id, pos, kind, span, at, n)
        SELECT outbreak_id, pos, kind, span, coalesce(at, '0001-01-01 00:00Z'), n FROM areatally_before
        WHERE n <> 0;
    DROP TABLE tally_before, areatally_before;
"""


def _outbreak() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="records.outbreak",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0022_area_tally"),
    ]

    operations = [
        migrations.RunSQL(KEEP, reverse_sql=migrations.RunSQL.noop),
        migrations.DeleteModel(name="Tally"),
        migrations.DeleteModel(name="AreaTally"),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id",
                        "pos",
                        "kind",
                        "span",
                        "due_at",
                        "from_at",
                        "until_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("outbreak", _outbreak()),
                ("pos", models.IntegerField()),
                ("kind", lastcase.ops.records.terms.TermField()),
                ("span", models.CharField(max_length=10)),
                ("due_at", models.DateTimeField()),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                ("n", models.IntegerField()),
            ],
        ),
        lastcase.ops.records.partitioned.CreatePartitioned(
            name="AreaTally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "outbreak_id",
                        "pos",
                        "kind",
                        "span",
                        "at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("outbreak", _outbreak()),
                ("pos", models.IntegerField()),
                ("kind", lastcase.ops.records.terms.TermField()),
                ("span", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.RunSQL(CARRY_OVER, reverse_sql=migrations.RunSQL.noop),
    ]
