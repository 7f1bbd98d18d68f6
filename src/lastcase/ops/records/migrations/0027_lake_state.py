"""Where the lake of an outbreak lies, and up to where it has been followed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0026_diary_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LakeState",
            fields=[
                (
                    "outbreak",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="records.outbreak",
                    ),
                ),
                ("folder", models.CharField(max_length=40, unique=True)),
                ("n_visits", models.BigIntegerField(default=0)),
            ],
        ),
    ]
