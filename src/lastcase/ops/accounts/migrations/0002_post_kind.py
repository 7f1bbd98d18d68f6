from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="post",
            name="responsible",
            field=models.CharField(blank=True, default="", max_length=30, verbose_name="Owes duties as"),
        ),
    ]
