"""The migration operation that creates a table partitioned by outbreak."""

from __future__ import annotations

from typing import Any

from django.db import migrations


class CreatePartitioned(migrations.CreateModel):
    """As `CreateModel`, with one partition an outbreak: see `partitions`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the table and, at the end of the migration, its indexes."""
        model = to_state.apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            statement, params = schema_editor.table_sql(model)
            schema_editor.execute(f"{statement} PARTITION BY LIST (outbreak_id)", params or None)
            schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))
