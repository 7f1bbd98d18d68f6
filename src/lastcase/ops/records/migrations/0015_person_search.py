"""Keys by which persons are found while somebody types, filled for those on record."""

import polars as pl
from django.db import migrations, models

ROWS = 50_000


def fill(apps, schema_editor):
    """Make the keys of the persons that are there, some thousand rows at a time."""
    from lastcase.engines.bridge import copy_in
    from lastcase.ops.records.person_search import with_search

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, name, phone, document_id FROM fact_persons")
        rows = cursor.fetchall()
        if not rows:
            return
        schema = {"id": pl.Int64, "name": pl.String, "phone": pl.String, "document_id": pl.String}
        frame = with_search(pl.DataFrame(rows, schema=schema, orient="row"))
        keys = [column for column in frame.columns if column.startswith("search_")]
        cursor.execute(
            f"CREATE TEMP TABLE in_search AS SELECT id, {', '.join(keys)} FROM fact_persons WITH NO DATA"
        )
        for part in frame.select("id", *keys).iter_slices(ROWS):
            copy_in(cursor, "in_search", part)
        sets = ", ".join(f"{key} = i.{key}" for key in keys)
        cursor.execute(f"UPDATE fact_persons p SET {sets} FROM in_search i WHERE i.id = p.id")
        cursor.execute("DROP TABLE in_search")


KEYS = ("search_name", "search_swapped", "search_phone", "search_document")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("records", "0014_edition_drafts")]

    operations = [
        *(
            migrations.AddField(
                model_name="factpersons",
                name=key,
                field=models.TextField(db_collation="C", editable=False, null=True),
            )
            for key in KEYS
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        *(
            migrations.AddIndex(
                model_name="factpersons",
                index=models.Index(
                    condition=models.Q(("retired_at", None)), fields=[key], name=f"persons_{key}"
                ),
            )
            for key in KEYS
        ),
    ]
