"""Tables stay as they are: after a migration grants and functions are laid anew, `lastcase_take_stock` among them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0019_lists"),
    ]

    operations: list[migrations.operations.base.Operation] = []
