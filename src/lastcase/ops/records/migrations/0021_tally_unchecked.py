"""The tally no longer checks the outbreak of each of its rows: that took as long as writing them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0020_take_stock"),
    ]

    operations = [
        migrations.AlterField(
            model_name="tally",
            name="outbreak",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="records.outbreak",
            ),
        ),
    ]
