"""When areas, risk areas, what they cover or places last changed; and indexes by which a live change is followed to
whom it reaches without reading a table whole."""

from django.db import migrations, models
from django.db.models import F, Q


def _where_persons_are(name: str) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name="factpersons",
        index=models.Index(
            fields=[name],
            condition=Q(("retired_at", None), (f"{name}__isnull", False)),
            name=f"persons_{name}",
        ),
    )


def _plain(table: str, *fields: str, name: str) -> migrations.AddIndex:
    return migrations.AddIndex(
        model_name=f"fact{table}", index=models.Index(fields=list(fields), name=f"{table}_{name}")
    )


def _positive(table: str, field: str) -> migrations.AddIndex:
    index = models.Index(fields=[field], condition=Q(("result", "positive")), name=f"{table}_positive")
    return migrations.AddIndex(model_name=f"fact{table}", index=index)


def _unplaced(table: str) -> migrations.AddIndex:
    index = models.Index(fields=["id"], condition=Q(("pos_naming", None)), name=f"{table}_unplaced")
    return migrations.AddIndex(model_name=f"fact{table}", index=index)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0028_objections"),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="ground_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RemoveIndex(model_name="factvisits", name="visits_place_id"),
        _plain("visits", "place_id", "end_at", name="at_place"),
        _plain("places", "place_id", name="place_id"),
        _plain("places", "area_id", name="area_id"),
        _plain("pools", "pool_id", name="pool_id"),
        _where_persons_are("residence_area_id"),
        _where_persons_are("present_area_id"),
        _where_persons_are("present_place_id"),
        _where_persons_are("work_place_id"),
        _positive("specimens", "person_id"),
        _positive("pools", "pool_id"),
        _unplaced("places"),
        _unplaced("pools"),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["outbreak", "person_id", "survivor_id"],
                condition=~Q(("person_id", F("survivor_id"))),
                name="member_merged",
            ),
        ),
    ]
