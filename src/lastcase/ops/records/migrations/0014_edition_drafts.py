"""Drafts of editions: one row a saving."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_compact_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("edition_id", models.CharField(max_length=60)),
                ("number", models.IntegerField()),
                ("text", models.TextField()),
                ("based_on", models.CharField(max_length=60)),
                ("n_problems", models.IntegerField()),
                ("note", models.TextField(blank=True)),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("edition_id", "number"), name="draft_saved_once_a_number")
                ],
            },
        ),
    ]
