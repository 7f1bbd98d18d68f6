"""The tally is exact at the last instant before a full hour too. Which of its instants were full hours cannot be told
from its rows: it is emptied, and counted anew by the next derivation, which is asked for at once."""

from django.db import migrations

COUNT_ANEW = """
    TRUNCATE records_tally, records_areatally;
    UPDATE records_revision SET derived_at = '1800-01-01 00:00Z' WHERE derived_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0024_versions_of_persons"),
    ]

    operations = [
        migrations.RunSQL(COUNT_ANEW, reverse_sql=migrations.RunSQL.noop),
    ]
