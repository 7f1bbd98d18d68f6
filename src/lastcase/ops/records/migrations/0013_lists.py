from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_compact_answers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="answercontactpersons",
            index=models.Index(
                models.OrderBy(models.F("ends_at"), descending=True, nulls_last=True),
                models.F("person_id"),
                name="contact_persons_by_end",
            ),
        ),
        migrations.AddIndex(
            model_name="answerdetections",
            index=models.Index(
                models.OrderBy(models.F("found_at"), descending=True, nulls_last=True),
                models.F("person_id"),
                name="detections_by_found",
            ),
        ),
        migrations.AddIndex(
            model_name="answerdetections",
            index=models.Index(fields=["pos_naming"], name="detections_pos_naming"),
        ),
        migrations.AddIndex(
            model_name="answerdetections",
            index=models.Index(fields=["pos_present"], name="detections_pos_present"),
        ),
        migrations.AddIndex(
            model_name="answerdetections",
            index=models.Index(fields=["pos_residence"], name="detections_pos_residence"),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(fields=["due_at", "person_id"], name="duties_by_due"),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(
                condition=models.Q(("fulfilled_at", None)),
                fields=["due_at", "person_id"],
                name="duties_open_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="answerduties",
            index=models.Index(fields=["fulfilled_at"], name="duties_fulfilled"),
        ),
        migrations.AddIndex(
            model_name="answerexposures",
            index=models.Index(fields=["verdict"], name="exposures_verdict"),
        ),
        migrations.AddIndex(
            model_name="answerorders",
            index=models.Index(
                condition=models.Q(("needs_release_test", True)), fields=["ends_at"], name="orders_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="areaposition",
            index=models.Index(fields=["parent_id"], name="area_position_parent"),
        ),
        migrations.AddIndex(
            model_name="areaposition",
            index=models.Index(fields=["area_lo"], name="area_position_lo"),
        ),
        migrations.AddIndex(
            model_name="factpersons",
            index=models.Index(
                condition=models.Q(("retired_at", None)), fields=["name"], name="persons_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="factpersons",
            index=models.Index(
                condition=models.Q(("retired_at", None)), fields=["list_id"], name="persons_by_list"
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["pos_naming"], name="member_pos_naming"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["pos_present"], name="member_pos_present"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["pos_residence"], name="member_pos_residence"),
        ),
    ]
