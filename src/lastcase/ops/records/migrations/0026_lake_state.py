"""Up to where the lake of an outbreak has been followed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0025_tally_to_the_end_of_a_day"),
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
                ("n_visits", models.BigIntegerField()),
            ],
        ),
    ]
