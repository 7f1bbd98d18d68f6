"""Tables of snapshots: the Board's numbers hour by hour, made from the declaration in `core.snapshots`.

A row is written where an area's numbers differ from the hour before, and stands until the next row of the area.
"""

from __future__ import annotations

from django.db import models

from lastcase.core.snapshots import MEASURES


class SnapshotRun(models.Model):
    """Up to which hour an outbreak's snapshots reach, and where the work on them is.

    `basis`: known (what was known at each day's end), dates (no table states since when its rows were known, so each
    counts from its own dates), mixed. `state`: asked, running, done, broken; `n_done` of `n_days` days are behind it.
    """

    outbreak = models.OneToOneField(
        "records.Outbreak", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField()
    basis = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    n_done = models.IntegerField(default=0)
    n_days = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.outbreak} until {self.last_at}"


def _snapshot_model() -> type[models.Model]:
    body = {
        "__module__": __name__,
        "__doc__": "An area's numbers from an hour on; every column is declared in `core.snapshots.measures`.",
        "pk": models.CompositePrimaryKey("outbreak_id", "area_id", "at"),
        "outbreak": models.ForeignKey(
            "records.Outbreak", on_delete=models.CASCADE, related_name="+", db_index=False
        ),
        "area_id": models.TextField(),
        "at": models.DateTimeField(),
        **{measure.name: models.IntegerField(null=True, help_text=measure.about) for measure in MEASURES},
    }
    return type("Snapshot", (models.Model,), body)


Snapshot = _snapshot_model()


class SnapshotDay(models.Model):
    """Cases of a whole local day in an area, as they were counted from `at` on."""

    pk = models.CompositePrimaryKey("outbreak_id", "area_id", "day_on", "at")
    outbreak = models.ForeignKey(
        "records.Outbreak", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    area_id = models.TextField()
    day_on = models.DateField()
    at = models.DateTimeField()
    community = models.FloatField(null=True)
    managed = models.FloatField(null=True)
    unknown = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.area_id} {self.day_on}"


class SnapshotTarget(models.Model):
    """Where a target stood in an area from an hour on."""

    pk = models.CompositePrimaryKey("outbreak_id", "area_id", "target_id", "at")
    outbreak = models.ForeignKey(
        "records.Outbreak", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    area_id = models.TextField()
    target_id = models.TextField()
    at = models.DateTimeField()
    numerator = models.TextField()
    day = models.IntegerField()
    due_on = models.DateField(null=True)
    value = models.FloatField(null=True)
    limit_value = models.FloatField()
    status = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.area_id} {self.target_id}"


BY_AREA = ("records_snapshot", "records_snapshotday", "records_snapshottarget")
"""Tables whose rows are shown to whoever is shown their area."""
